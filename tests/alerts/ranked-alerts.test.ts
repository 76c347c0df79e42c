import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rankAlerts } from '../../detectors/work-list.ts'
import { AlertQuery } from '../../model/alert-query.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import { RankedAlerts } from '../../src/ranked-alerts.ts'
import { sampleAlert } from './sample-alert.ts'

const RULES = { weeklyBudget: 50, listFrom: 0.45, randomShare: 0, calibration: { version: 'test', spread: 0.5 } }

let directory: string
let store: AlertStore

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-ranks-'))
  store = await AlertStore.open({
    database: { kind: 'embedded' },
    file: join(directory, 'alerts.db'),
    journal: () => 'ours',
    placesOf: async (subjects) => subjects.map(() => ({ area: null, county: null })),
  })
})

afterEach(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

const raisedAt = (id: string, at: string, probability: number) => {
  const alert = sampleAlert(id, 0, { raisedAt: at })
  const [first] =
    alert.history.length > 0
      ? alert.history
      : [{ revision: 0, at, change: 'raised' as const, probability, cause: { zh: '', en: '' } }]
  return { ...alert, probability, history: [{ ...first, probability }] }
}

test('the live list ranks a day’s alerts against the week, likeliest first, and leaves out what is beyond the budget', async () => {
  const ranked = new RankedAlerts(store, { ...RULES, weeklyBudget: 2 }, 8 * 3600)
  await store.raise([raisedAt('a', '2026-11-10T04:00:00Z', 0.5), raisedAt('b', '2026-11-12T04:00:00Z', 0.9)], 1)
  expect((await ranked.get('a'))?.rank).toBe(1)
  expect((await ranked.get('b'))?.rank).toBe(1)
  await store.raise([raisedAt('c', '2026-11-12T05:00:00Z', 0.7), raisedAt('d', '2026-11-12T06:00:00Z', 0.6)], 2)
  const places = Object.fromEntries(
    (await ranked.list(AlertQuery.parse({ state: 'all' }))).items.map(({ id, rank }) => [id, rank]),
  )
  expect(places).toEqual({ a: 1, b: 1, c: 2, d: null })
})

test('an alert below the chance that is worth a drive gets its place when later readings strengthen it', async () => {
  const ranked = new RankedAlerts(store, RULES, 8 * 3600)
  const ranks = async (...ids: string[]) => await Promise.all(ids.map(async (id) => (await ranked.get(id))?.rank))
  const weak = raisedAt('weak', '2026-11-12T04:00:00Z', 0.35)
  await store.raise([weak, raisedAt('strong', '2026-11-12T04:30:00Z', 0.6)], 1)
  expect(await ranks('weak', 'strong')).toEqual([null, 1])
  const [first] = weak.history
  if (!first) throw new Error('the sample has no history')
  await store.raise(
    [{ ...weak, probability: 0.7, history: [first, { ...first, revision: 1, change: 'strengthened', probability: 0.7 }] }],
    2,
  )
  expect(await ranks('weak', 'strong')).toEqual([1, 2])
})

test('an alert that was lowered keeps the place of its highest chance, as in a run over files', async () => {
  const ranked = new RankedAlerts(store, RULES, 8 * 3600)
  const ranks = async (...ids: string[]) => await Promise.all(ids.map(async (id) => (await ranked.get(id))?.rank))
  const lowered = raisedAt('lowered', '2026-11-12T05:00:00Z', 0.9)
  const history = [...lowered.history, { ...lowered.history[0], revision: 1, change: 'lowered' as const, probability: 0.5 }]
  const alerts = [{ ...lowered, probability: 0.5, revision: 1, history }, raisedAt('other', '2026-11-12T06:00:00Z', 0.7)]
  await store.raise(alerts, 1)
  expect(await ranks('lowered', 'other')).toEqual([1, 2])
  expect(rankAlerts(alerts, RULES, 8 * 3600).map(({ rank }) => rank)).toEqual([1, 2])
})
