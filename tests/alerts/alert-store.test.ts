import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Alert } from '../../model/alert.ts'
import { AlertQuery } from '../../model/alert-query.ts'
import { alertListStatement } from '../../src/alerts/alert-list.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import type { AlertTables } from '../../src/alerts/alert-tables.ts'
import { type DatabaseConfig, PostgresDatabaseConfig } from '../../src/database/database-config.ts'
import { DatabaseUnavailable } from '../../src/database/database-unavailable.ts'
import { EmbeddedDialect } from '../../src/database/sqlite-dialect.ts'
import { countyOfSubject, describeAlertCounties } from '../contracts/alert-counties.ts'
import { describeAlertStore } from '../contracts/alert-store.ts'
import { describeToldHistory } from '../contracts/told-history.ts'
import { TcpProxy } from '../faults/tcp-proxy.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { sampleAlert } from './sample-alert.ts'

const opened = (database: DatabaseConfig, file: string, journal = 'ours') =>
  AlertStore.open({ database, file, journal: () => journal, placesOf })

const placesOf = async (subjects: readonly Alert['subject'][]) =>
  subjects.map(({ id }) => ({ area: `A${id.length}`, county: id.startsWith('@') ? countyOfSubject(id) : 'Luxi' }))

function embedded() {
  const file = join(scratchDirectory(), 'alerts.db')
  return { file, open: () => opened({ kind: 'embedded' }, file) }
}

describeAlertStore('a file of our own', async () => embedded())
describeToldHistory('a file of our own', async () => embedded())
describeAlertCounties('a file of our own', async () => embedded())

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  let database: DatabaseConfig
  beforeAll(async () => {
    server = await startPostgres()
    database = { kind: 'postgresql', url: server.url, user: server.user, connections: 2 }
  })
  afterAll(() => server.stop())

  const create = async () => {
    await server.empty()
    return { open: () => opened(database, '') }
  }
  describeAlertStore('PostgreSQL', create)
  describeToldHistory('PostgreSQL', create)
  describeAlertCounties('PostgreSQL', create)

  test('alerts written by a commit whose answer was never heard are announced when they are raised again, once', {
    timeout: 20_000,
  }, async () => {
    await server.empty()
    const proxy = await TcpProxy.listen(server.port)
    const store = await opened(
      { ...PostgresDatabaseConfig.parse(database), url: server.url.replace(`:${server.port}`, `:${proxy.port}`) },
      '',
    )
    const announced: string[] = []
    store.onEvents((events) => announced.push(...events.map(({ sequence, kind, alert }) => `${sequence} ${kind} ${alert.id}`)))
    await store.raise([sampleAlert('a')], 1)
    proxy.lastWords = 'commit\0'
    await expect(store.raise([sampleAlert('b'), sampleAlert('c', 1)], 2)).rejects.toThrow(DatabaseUnavailable)
    expect(announced).toEqual(['1 alert.raised a'])
    proxy.lastWords = undefined
    proxy.silent = false
    await expect.poll(() => store.raise([sampleAlert('b'), sampleAlert('c', 1)], 2).then(() => 'raised', String)).toBe('raised')
    await store.raise([sampleAlert('d', 2)], 3)
    expect(announced).toEqual(['1 alert.raised a', '2 alert.raised b', '3 alert.raised c', '4 alert.raised d'])
    expect([store.counts(), store.lastSequence()]).toEqual([{ open: 4, cleared: 0 }, 4])
    await store.close()
    await proxy.close()
  })

  test('the alerts of one data directory are not mixed with those of another', async () => {
    const { open } = await create()
    const store = await open()
    await store.raise([sampleAlert('a')], 7)
    await store.close()
    await expect(opened(database, '', 'theirs')).rejects.toThrow(
      /keeps the alerts of another data directory \(ours, not theirs\)/,
    )
    const again = await open()
    expect(await again.get('a')).toEqual(sampleAlert('a'))
    await again.close()
  })
})

test.each([
  [{ mine: 'M1' }, 'alert_mines'],
  [{ area: 'A1', state: 'all' }, 'alerts_by_area'],
  [{ county: 'Luxi' }, 'alerts_open_by_county'],
  [{ county: 'Luxi', state: 'all' }, 'alerts_by_county'],
  [{}, 'alerts_open'],
  [{}, 'alerts_open_by_county', ['灵宝市']],
  [{}, 'alerts_open', ['4112', '灵宝市']],
  [{ state: 'cleared' }, 'alerts_cleared'],
  [{ state: 'all', since: '2026-11-01T00:00:00Z' }, 'alerts_newest'],
])('a list %j reads along its index and sorts nothing', async (query, index, counties: string[] | null = null) => {
  const { open, file } = embedded()
  await (await open()).close()
  const kysely = new Kysely<AlertTables>({ dialect: new EmbeddedDialect(file) })
  const plan = await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${alertListStatement(AlertQuery.parse(query), counties)}`.execute(
    kysely,
  )
  await kysely.destroy()
  const text = plan.rows.map(({ detail }) => String(detail)).join('\n')
  expect(text).not.toMatch(/TEMP B-TREE/)
  expect(text).toMatch(index === 'alert_mines' ? /SEARCH m USING PRIMARY KEY/ : index)
})

test('a file that an earlier version wrote goes on: what its alerts lack is left open, and its event log is continued', async () => {
  const { logOdds: _o, calibration: _c, listedBy: _l, signatures: _s, reasons, ...older } = sampleAlert('older')
  const asWritten = { ...older, reasons: reasons.map(({ nats: _n, ...reason }) => reason) }
  const { file, open } = embedded()
  const database = new DatabaseSync(file)
  database.exec(FIRST_TABLES)
  const json = JSON.stringify(asWritten)
  database
    .prepare('INSERT INTO alerts (id, raised_at, area, county, position, json) VALUES (?, ?, ?, ?, ?, ?)')
    .run('older', Date.parse(older.raisedAt) / 1000, 'A5', 'Luxi', 1, json)
  database.prepare("INSERT INTO alert_events (kind, id, json) VALUES ('alert.raised', 'older', ?)").run(json)
  database.close()

  const store = await open()
  const leftOpen = { logOdds: null, calibration: null, listedBy: null, signatures: [] }
  const { items } = await store.list(AlertQuery.parse({}))
  for (const alert of [await store.get('older'), items[0], (await store.eventsAfter(0, 1))[0]?.alert]) {
    expect(Alert.safeParse(alert).success).toBe(true)
    expect(alert).toMatchObject({ ...older, ...leftOpen })
    expect(alert?.reasons).toEqual(asWritten.reasons.map((reason) => ({ ...reason, nats: null })))
  }
  await store.raise([sampleAlert('next')], 2)
  expect((await store.eventsAfter(0, 10)).map(({ sequence, alert }) => [sequence, alert.id])).toEqual([
    [1, 'older'],
    [2, 'next'],
  ])
  expect(store.counts()).toEqual({ open: 2, cleared: 0 })
  await store.close()
})

/** As the first version made them, before tables had a number. */
const FIRST_TABLES = `
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  raised_at INTEGER NOT NULL,
  cleared_at INTEGER,
  area TEXT,
  county TEXT,
  position INTEGER NOT NULL,
  json TEXT NOT NULL
);
CREATE INDEX alerts_newest ON alerts (raised_at, id);
CREATE INDEX alerts_open ON alerts (raised_at, id) WHERE cleared_at IS NULL;
CREATE INDEX alerts_cleared ON alerts (raised_at, id) WHERE cleared_at IS NOT NULL;
CREATE INDEX alerts_by_area ON alerts (area, raised_at, id);
CREATE INDEX alerts_by_county ON alerts (county, raised_at, id);
CREATE INDEX alerts_open_by_county ON alerts (county, raised_at, id) WHERE cleared_at IS NULL;

CREATE TABLE alert_mines (
  mine TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (mine, raised_at, id)
) WITHOUT ROWID;
CREATE INDEX alert_mines_by_alert ON alert_mines (id);

CREATE INDEX alerts_unconfirmed ON alerts (id) WHERE position = -1;
CREATE TABLE alerts_again (one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER NOT NULL);

CREATE TABLE alerts_told (id TEXT PRIMARY KEY, chance REAL NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE alert_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL
);
`
