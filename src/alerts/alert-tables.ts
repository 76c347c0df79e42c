import { sql } from 'kysely'
import type { Migration } from '../database/migrate.ts'

/** Times are UTC seconds. */
export interface AlertTables {
  alerts: {
    id: string
    raised_at: number
    cleared_at: number | null
    area: string | null
    county: string | null
    /** Of the journal, -1 while all is judged again and this was not said yet. */
    position: number
    json: string
  }
  alert_mines: { mine: string; raised_at: number; id: string }
  /** Up to which position all is judged again. */
  alerts_again: { one: number; until: number }
  alerts_told: { id: string; chance: number; json: string }
  alert_events: { sequence: number; kind: string; id: string; json: string }
  /** Whose journal the positions are of; a file of our own lies beside it. */
  alerts_journal: { one: number; journal: string }
}

/** One index per way of listing, each in the order of the list, so that a page costs the same with a million alerts. */
const INDEXES = [
  'CREATE INDEX IF NOT EXISTS alerts_newest ON alerts (raised_at, id)',
  'CREATE INDEX IF NOT EXISTS alerts_open ON alerts (raised_at, id) WHERE cleared_at IS NULL',
  'CREATE INDEX IF NOT EXISTS alerts_cleared ON alerts (raised_at, id) WHERE cleared_at IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS alerts_by_area ON alerts (area, raised_at, id)',
  'CREATE INDEX IF NOT EXISTS alerts_by_county ON alerts (county, raised_at, id)',
  'CREATE INDEX IF NOT EXISTS alerts_open_by_county ON alerts (county, raised_at, id) WHERE cleared_at IS NULL',
  'CREATE INDEX IF NOT EXISTS alert_mines_by_alert ON alert_mines (id)',
  'CREATE INDEX IF NOT EXISTS alerts_unconfirmed ON alerts (id) WHERE position = -1',
]

/** "If not exists": files of the first versions have these tables and no number. */
const EMBEDDED = [
  `CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, raised_at INTEGER NOT NULL, cleared_at INTEGER, area TEXT, county TEXT,
   position INTEGER NOT NULL, json TEXT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS alert_mines (mine TEXT NOT NULL, raised_at INTEGER NOT NULL, id TEXT NOT NULL,
   PRIMARY KEY (mine, raised_at, id)) WITHOUT ROWID`,
  'CREATE TABLE IF NOT EXISTS alerts_again (one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER NOT NULL)',
  'CREATE TABLE IF NOT EXISTS alerts_told (id TEXT PRIMARY KEY, chance REAL NOT NULL, json TEXT NOT NULL) WITHOUT ROWID',
  `CREATE TABLE IF NOT EXISTS alert_events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,
   json TEXT NOT NULL)`,
]

/** Ids and mines sort byte by byte, as in a file of our own: the order of a list is part of its cursor. */
const POSTGRES = [
  `CREATE TABLE alerts (id text COLLATE "C" PRIMARY KEY, raised_at bigint NOT NULL, cleared_at bigint, area text, county text,
   position bigint NOT NULL, json text NOT NULL)`,
  `CREATE TABLE alert_mines (mine text NOT NULL, raised_at bigint NOT NULL, id text COLLATE "C" NOT NULL,
   PRIMARY KEY (mine, raised_at, id))`,
  'CREATE TABLE alerts_again (one integer PRIMARY KEY CHECK (one = 1), until bigint NOT NULL)',
  'CREATE TABLE alerts_told (id text COLLATE "C" PRIMARY KEY, chance double precision NOT NULL, json text NOT NULL)',
  'CREATE TABLE alerts_journal (one integer PRIMARY KEY CHECK (one = 1), journal text NOT NULL)',
  'CREATE TABLE alert_events (sequence bigint PRIMARY KEY, kind text NOT NULL, id text NOT NULL, json text NOT NULL)',
]

export const ALERT_MIGRATIONS: readonly Migration[] = [
  async (transaction, kind) => {
    for (const statement of [...(kind === 'postgresql' ? POSTGRES : EMBEDDED), ...INDEXES]) {
      await sql.raw(statement).execute(transaction)
    }
  },
]
