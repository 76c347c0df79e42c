import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Alert } from '../../model/alert.ts'
import { type AlertPage, AlertQuery } from '../../model/alert-query.ts'
import { alertListStatement } from '../../src/alerts/alert-list.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import { sampleAlert } from './sample-alert.ts'

let directory: string
let store: AlertStore

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adit-alerts-'))
  store = open()
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

function open(): AlertStore {
  return new AlertStore(join(directory, 'alerts.db'), ({ id }) => ({ area: `A${id.length}`, county: 'Luxi' }))
}

function list(query: Record<string, unknown>): AlertPage {
  return store.list(AlertQuery.parse(query))
}

function ids(page: AlertPage): string[] {
  return page.items.map(({ id }) => id)
}

test('the same alerts raised again after a crash log nothing and announce nothing', () => {
  const alerts = [sampleAlert('a'), sampleAlert('b', 1)]
  store.raise(alerts, 1)
  store.close()
  store = open()
  let announced = 0
  store.onEvents((events) => {
    announced += events.length
  })
  store.raise(alerts, 1)
  expect(announced).toBe(0)
  expect(store.eventsAfter(0, 10).map(({ kind, alert }) => `${kind} ${alert.id}`)).toEqual(['alert.raised a', 'alert.raised b'])
  expect(store.counts()).toEqual({ open: 2, cleared: 0 })
})

test('a judging half that repeats itself never takes an alert back to an older revision', () => {
  store.raise([sampleAlert('a', 0, { revision: 0 })], 1)
  store.raise([sampleAlert('a', 0, { revision: 1, energyWh: 500_000 })], 2)
  store.raise([sampleAlert('a', 0, { revision: 0 })], 1)
  expect(store.get('a')?.revision).toBe(1)
  expect(store.lastSequence()).toBe(2)
})

test('judged again with other detectors, what they say counts, and what they do not raise again is withdrawn', () => {
  store.raise([sampleAlert('kept'), sampleAlert('weaker'), sampleAlert('gone')], 50)
  store.raise([sampleAlert('weaker', 0, { revision: 1 })], 90)
  store.beginAgain(100)
  store.raise([sampleAlert('kept')], 50)
  store.raise([sampleAlert('weaker', 0, { probability: 0.4 })], 60)
  store.endAgain(60, '2026-11-20T00:00:00Z')
  expect(store.get('gone')?.clearedAt).toBeNull()
  store.close()
  store = open()
  store.endAgain(100, '2026-11-20T00:00:00Z')
  store.endAgain(101, '2026-11-21T00:00:00Z')
  expect(store.get('kept')).toEqual(sampleAlert('kept'))
  expect(store.get('weaker')?.probability).toBe(0.4)
  expect(store.get('gone')).toMatchObject({ clearedAt: '2026-11-20T00:00:00Z', revision: 1, history: [{ change: 'withdrawn' }] })
  expect(store.counts()).toEqual({ open: 2, cleared: 1 })
})

test('an alert is raised, revised and cleared, each once, and each event holds the alert as it was then', () => {
  store.raise([sampleAlert('a')], 1)
  store.raise([sampleAlert('a', 0, { revision: 1, energyWh: 400_000 })], 1)
  store.raise([sampleAlert('a', 0, { revision: 2, energyWh: 400_000, clearedAt: '2026-11-05T00:00:00Z' })], 1)
  store.raise([sampleAlert('a', 0, { revision: 3, energyWh: 410_000, clearedAt: '2026-11-05T00:00:00Z' })], 1)
  expect(store.eventsAfter(0, 10).map(({ sequence, kind, alert }) => [sequence, kind, alert.energyWh])).toEqual([
    [1, 'alert.raised', 360_000],
    [2, 'alert.revised', 400_000],
    [3, 'alert.cleared', 400_000],
    [4, 'alert.revised', 410_000],
  ])
  expect(store.counts()).toEqual({ open: 0, cleared: 1 })
})

test('an episode found in history already over is raised and cleared', () => {
  store.raise([sampleAlert('a', 0, { clearedAt: '2026-11-05T00:00:00Z' })], 1)
  expect(store.eventsAfter(0, 10).map(({ kind }) => kind)).toEqual(['alert.raised', 'alert.cleared'])
})

test('after a restart what stands is told as it is, and what was told since the state was saved and does not stand is withdrawn', () => {
  store.raise([sampleAlert('before')], 40)
  store.raise(
    [sampleAlert('stands'), sampleAlert('fell'), sampleAlert('long over', 0, { clearedAt: '2026-09-01T00:00:00Z' })],
    60,
  )
  store.tellAgain([sampleAlert('stands', 0, { powerW: 9_000, revision: 1 })], 50, 100, '2026-11-20T00:00:00Z')
  expect(store.get('before')).toEqual(sampleAlert('before'))
  expect(store.get('stands')?.powerW).toBe(9_000)
  expect(store.get('fell')).toMatchObject({
    clearedAt: '2026-11-20T00:00:00Z',
    probability: 0,
    history: [{ change: 'withdrawn' }],
  })
  expect(store.get('long over')?.probability).toBeGreaterThan(0)
})

test('a reopened alert is open again', () => {
  store.raise([sampleAlert('a', 0, { clearedAt: '2026-11-05T00:00:00Z' })], 1)
  store.raise([sampleAlert('a', 0, { revision: 1 })], 1)
  expect(store.counts()).toEqual({ open: 1, cleared: 0 })
  expect(ids(list({}))).toEqual(['a'])
})

test('when one alert of several cannot be stored, none is and nobody is told', () => {
  let announced = 0
  store.onEvents(() => announced++)
  const broken = sampleAlert('b', 0, { raisedAt: 'never' })
  expect(() => store.raise([sampleAlert('a'), broken], 1)).toThrow()
  expect(store.get('a')).toBeUndefined()
  expect(store.counts()).toEqual({ open: 0, cleared: 0 })
  expect(announced).toBe(0)
})

test('pages come newest first and lose or repeat nothing while new alerts arrive', () => {
  store.raise(
    [1, 2, 3, 4, 5].map((minute) => sampleAlert(`n${minute}`, minute)),
    1,
  )
  store.raise([sampleAlert('n3b', 3)], 1)
  const first = list({ limit: 2 })
  store.raise([sampleAlert('late', 9)], 1)
  const second = list({ limit: 2, cursor: first.nextCursor })
  const third = list({ limit: 2, cursor: second.nextCursor })
  expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(['n5', 'n4', 'n3b', 'n3', 'n2', 'n1'])
  expect(third.nextCursor).toBeNull()
})

test('alerts are found by mine, area, county, state and time', () => {
  store.raise(
    [
      sampleAlert('a', 1),
      sampleAlert('b', 2, { mines: [{ mine: 'M2', distanceMeters: 9, withinReach: true }] }),
      sampleAlert('long', 3, { clearedAt: '2026-11-02T00:00:00Z' }),
    ],
    1,
  )
  expect(ids(list({ mine: 'M2' }))).toEqual(['b'])
  expect(ids(list({ mine: 'M1', state: 'all' }))).toEqual(['long', 'a'])
  expect(ids(list({ area: 'A3' }))).toEqual(['b', 'a'])
  expect(ids(list({ county: 'Luxi', state: 'cleared' }))).toEqual(['long'])
  expect(ids(list({ county: 'Yingjiang' }))).toEqual([])
  expect(ids(list({ since: '2026-11-01T08:02:00+08:00' }))).toEqual(['b'])
})

test('a cursor of somewhere else is refused', () => {
  expect(() => list({ cursor: 'bm9uc2Vuc2U' })).toThrow(RangeError)
})

test.each([
  [{ mine: 'M1' }, 'alert_mines'],
  [{ area: 'A1', state: 'all' }, 'alerts_by_area'],
  [{ county: 'Luxi' }, 'alerts_open_by_county'],
  [{ county: 'Luxi', state: 'all' }, 'alerts_by_county'],
  [{}, 'alerts_open'],
  [{ state: 'cleared' }, 'alerts_cleared'],
  [{ state: 'all', since: '2026-11-01T00:00:00Z' }, 'alerts_newest'],
])('a list %j reads along its index and sorts nothing', (query, index) => {
  store.close()
  const database = new DatabaseSync(join(directory, 'alerts.db'))
  const { sql, values } = alertListStatement(AlertQuery.parse(query))
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 100)
  database.close()
  store = open()
  const text = plan.map(({ detail }) => String(detail)).join('\n')
  expect(text).not.toMatch(/TEMP B-TREE/)
  expect(text).toMatch(index === 'alert_mines' ? /SEARCH m USING PRIMARY KEY/ : index)
})

test('an alert that an earlier version wrote is read with what it lacks left open', () => {
  const { logOdds: _o, calibration: _c, listedBy: _l, signatures: _s, reasons, ...older } = sampleAlert('older')
  const asWritten = { ...older, reasons: reasons.map(({ nats: _n, ...reason }) => reason) }
  store.close()
  const database = new DatabaseSync(join(directory, 'alerts.db'))
  const json = JSON.stringify(asWritten)
  database
    .prepare('INSERT INTO alerts (id, raised_at, area, county, position, json) VALUES (?, ?, ?, ?, ?, ?)')
    .run('older', Date.parse(older.raisedAt) / 1000, 'A5', 'Luxi', 1, json)
  database.prepare("INSERT INTO alert_events (kind, id, json) VALUES ('alert.raised', 'older', ?)").run(json)
  database.close()
  store = open()
  const leftOpen = { logOdds: null, calibration: null, listedBy: null, signatures: [] }
  for (const alert of [store.get('older'), list({}).items[0], store.eventsAfter(0, 1)[0]?.alert]) {
    expect(Alert.safeParse(alert).success).toBe(true)
    expect(alert).toMatchObject({ ...older, ...leftOpen })
    expect(alert?.reasons).toEqual(asWritten.reasons.map((reason) => ({ ...reason, nats: null })))
  }
})
