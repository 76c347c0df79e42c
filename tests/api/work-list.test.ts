import { afterEach, beforeEach, expect, test } from 'vitest'
import { WorkList, WorkListSummary } from '../../model/work-list.ts'
import type { Api } from '../../src/api/api.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, serveSample } from './serve-sample.ts'

let sample: Sample
let app: Api
beforeEach(async () => {
  sample = await sampleParts()
  app = await serveSample({ ...sample.parts, alerts: sample.ranked })
  await sample.alerts.raise(
    [
      sampleAlert('likely', 1, { probability: 0.9 }),
      sampleAlert('likelier', 2, { probability: 0.95 }),
      sampleAlert('weak', 3, { probability: 0.3 }),
      sampleAlert('fell', 4, { probability: 0.5 }),
    ],
    1,
  )
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

test('the work list of a week comes in order of rank, then what was drawn by lot, with the precision that is expected of it', async () => {
  const list = WorkList.parse((await get(app, '/api/v1/work-list')).body)
  expect(list.items.map(({ id, rank, listedBy }) => [id, rank, listedBy])).toEqual([
    ['likelier', 1, 'rank'],
    ['likely', 2, 'rank'],
    ['fell', 3, 'rank'],
    ['weak', null, 'random'],
  ])
  expect(list).toMatchObject({ weeklyBudget: 50, ranked: 3, random: 1, to: '2026-11-01T16:00:00Z', from: '2026-10-25T16:00:00Z' })
  expect(list.calibration).toMatch(/^simulated-/)
  expect(list.expectedPrecision?.mean).toBeCloseTo((0.9 + 0.95 + 0.5) / 3, 3)
  expect(list.expectedPrecision?.low).toBeLessThan(0.7)

  const empty = WorkList.parse((await get(app, '/api/v1/work-list?at=2026-12-01T00:00:00%2B08:00')).body)
  expect([empty.items, empty.expectedPrecision, empty.to]).toEqual([[], null, '2026-12-01T16:00:00Z'])
})

test('the summary has the same without its alerts, and the description of the API the new fields', async () => {
  const { workList } = (await get(app, '/api/v1/summary')).body
  const { items, ...summary } = (await get(app, '/api/v1/work-list')).body
  expect(items).toHaveLength(4)
  expect(WorkListSummary.strict().parse(workList)).toEqual(summary)

  const { paths, components } = (await get(app, '/api/openapi.json')).body
  const of = (path: string) => JSON.stringify(paths[path].get.responses['200'])
  for (const field of ['listedBy', 'calibration', 'logOdds', 'nats'])
    expect(JSON.stringify(components.schemas.Alert)).toContain(`"${field}"`)
  expect(of('/api/v1/work-list')).toContain('"expectedPrecision"')
  expect(of('/api/v1/summary')).toContain('"expectedPrecision"')
})

test('before the first reading there is no week, and a time that is none is named', async () => {
  await app.close()
  app = await serveSample({ ...sample.parts, workList: async () => null })
  expect((await get(app, '/api/v1/summary')).body.workList).toBeNull()
  const none = await get(app, '/api/v1/work-list')
  expect([none.status, none.body.code]).toEqual([404, 'no-readings'])
  const wrong = await get(app, '/api/v1/work-list?at=monday')
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'at'])
})
