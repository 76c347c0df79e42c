import { sql } from 'kysely'
import type { Migration } from '../database/migrate.ts'

/** `row` numbers are dense from 0 and never change. Times are UTC seconds. */
export interface LedgerTables {
  meta: { key: string; value: number }
  area: AreaRow
  usage_point: UsagePointRow
  /** Meters that were exchanged. */
  former_meter: { meter: string; usage_point_row: number }
  mine: MineRow
  lawful_use: LawfulUseRow
}

export interface AreaRow {
  row: number
  id: string
  feeder: string
  county: string
  latitude: number
  longitude: number
  datum: string
  capacity_kva: number | null
  radius_m: number | null
  name: string | null
}

export interface UsagePointRow {
  row: number
  id: string
  meter: string
  area: string | null
  category: string
  latitude: number | null
  longitude: number | null
  datum: string
  contract_kw: number | null
  ct_ratio: number | null
  pt_ratio: number | null
  status: string
  status_since: number | null
  role: string
  name: string | null
  county: string | null
}

export interface MineRow {
  id: string
  name: string
  kind: string
  county: string
  latitude: number
  longitude: number
  datum: string
  uncertainty_m: number
  openings: number | null
  sealing: string
  town: string | null
  responsible: string | null
  supervisor: string | null
  closed_on: string | null
}

export interface LawfulUseRow {
  usage_point: string
  purpose: string
  from_time: number
  to_time: number
  permit: string | null
  max_kw: number | null
}

/** "If not exists": files of the first versions have these tables and no number. */
const EMBEDDED = [
  'CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID',
  "INSERT OR IGNORE INTO meta VALUES ('version', 0), ('schema', 1)",
  `CREATE TABLE IF NOT EXISTS area (
     row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, feeder TEXT NOT NULL, county TEXT NOT NULL,
     latitude REAL NOT NULL, longitude REAL NOT NULL, datum TEXT NOT NULL, capacity_kva REAL, radius_m REAL, name TEXT
   ) STRICT`,
  `CREATE TABLE IF NOT EXISTS usage_point (
     row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, meter TEXT NOT NULL UNIQUE, area TEXT, category TEXT NOT NULL,
     latitude REAL, longitude REAL, datum TEXT NOT NULL, contract_kw REAL, ct_ratio REAL, pt_ratio REAL,
     status TEXT NOT NULL, status_since INTEGER, role TEXT NOT NULL, name TEXT, county TEXT
   ) STRICT`,
  'CREATE INDEX IF NOT EXISTS usage_point_area ON usage_point (area)',
  'CREATE TABLE IF NOT EXISTS former_meter (meter TEXT PRIMARY KEY, usage_point_row INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  `CREATE TABLE IF NOT EXISTS mine (
     id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, county TEXT NOT NULL, latitude REAL NOT NULL,
     longitude REAL NOT NULL, datum TEXT NOT NULL, uncertainty_m REAL NOT NULL, openings INTEGER, sealing TEXT NOT NULL,
     town TEXT, responsible TEXT, supervisor TEXT, closed_on TEXT
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS lawful_use (
     usage_point TEXT NOT NULL, purpose TEXT NOT NULL, from_time INTEGER NOT NULL, to_time INTEGER NOT NULL, permit TEXT, max_kw REAL,
     PRIMARY KEY (usage_point, purpose, from_time)
   ) STRICT, WITHOUT ROWID`,
]

/** Ids sort byte by byte, as in a file of our own. */
const POSTGRES = [
  'CREATE TABLE meta (key text PRIMARY KEY, value bigint NOT NULL)',
  "INSERT INTO meta VALUES ('version', 0)",
  `CREATE TABLE area (
     row bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, feeder text NOT NULL, county text COLLATE "C" NOT NULL,
     latitude double precision NOT NULL, longitude double precision NOT NULL, datum text NOT NULL,
     capacity_kva double precision, radius_m double precision, name text
   )`,
  `CREATE TABLE usage_point (
     row bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, meter text COLLATE "C" NOT NULL UNIQUE, area text COLLATE "C",
     category text NOT NULL, latitude double precision, longitude double precision, datum text NOT NULL,
     contract_kw double precision, ct_ratio double precision, pt_ratio double precision,
     status text NOT NULL, status_since bigint, role text NOT NULL, name text, county text
   )`,
  'CREATE TABLE former_meter (meter text COLLATE "C" PRIMARY KEY, usage_point_row bigint NOT NULL)',
  `CREATE TABLE mine (
     id text COLLATE "C" PRIMARY KEY, name text NOT NULL, kind text NOT NULL, county text COLLATE "C" NOT NULL,
     latitude double precision NOT NULL, longitude double precision NOT NULL, datum text NOT NULL,
     uncertainty_m double precision NOT NULL, openings bigint, sealing text NOT NULL,
     town text, responsible text, supervisor text, closed_on text
   )`,
  `CREATE TABLE lawful_use (
     usage_point text COLLATE "C" NOT NULL, purpose text COLLATE "C" NOT NULL, from_time bigint NOT NULL, to_time bigint NOT NULL,
     permit text, max_kw double precision, PRIMARY KEY (usage_point, purpose, from_time)
   )`,
]

export const LEDGER_MIGRATIONS: readonly Migration[] = [
  async (transaction, kind) => {
    for (const statement of kind === 'postgresql' ? POSTGRES : EMBEDDED) await sql.raw(statement).execute(transaction)
  },
]
