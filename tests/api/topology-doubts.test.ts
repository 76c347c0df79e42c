import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { TopologyDoubtPage } from '../../model/topology-doubt.ts'
import { TopologyDoubt } from '../../model/topology-doubt.ts'
import type { Api } from '../../src/api/api.ts'
import { Problem } from '../../src/api/problem.ts'
import { TopologyDoubts } from '../../src/topology-doubts.ts'
import { bankOf, batchOf } from '../detectors/county.ts'
import { BOOKED, misbookedLedger, misbookedQuarters, STRAY } from '../detectors/misbooked.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, serveSample } from './serve-sample.ts'

const DAYS = 16
const METERS = { usagePoints: async (ids: readonly string[]) => new Map(ids.map((id) => [id, { meter: `=${id}` }])) }

let sample: Sample
let app: Api
let bank: DetectorBank
let ledger: Ledger

type Story = Parameters<typeof misbookedQuarters>[1]

async function serve(story: Story = {}, feeders?: readonly string[], apart?: number) {
  ledger = misbookedLedger('Z1', apart, feeders)
  bank = bankOf(ledger)
  tell(misbookedQuarters(DAYS, story))
  sample = await sampleParts()
  const topologyDoubts = new TopologyDoubts({ bank }, () => ledger, METERS)
  app = await serveSample({ ...sample.parts, ledger: () => ledger, topologyDoubts })
}

function tell(quarters: ReturnType<typeof misbookedQuarters>) {
  for (const readings of quarters) {
    bank.take(batchOf(readings))
    bank.judge()
  }
}

afterEach(async () => {
  await app.close()
  await sample.close()
})

describe('a meter that one area has on its books and another feeds', () => {
  beforeEach(() => serve())

  test('is listed with both areas, how sure that is, and what to check', async () => {
    const { status, body } = await get(app, '/api/v1/topology-doubts')
    expect(status).toBe(200)
    expect(body.nextCursor).toBeNull()
    expect(body.items).toHaveLength(1)
    const doubt = TopologyDoubt.strict().parse(body.items[0])
    expect(doubt).toMatchObject({
      usagePoint: 'U4',
      meter: '=U4',
      bookedArea: 'Z1',
      probableArea: 'Z2',
      kind: 'wrong-area',
      multiplier: null,
    })
    expect(doubt.slope).toBeCloseTo(-1, 1)
    expect(doubt.slopeError).toBeGreaterThan(0)
    expect(doubt.sentence.zh).toMatch('Z2')
  })

  test('is listed of the area that has it, of the one that feeds it, and of no other', async () => {
    for (const [area, count] of [
      ['Z1', 1],
      ['Z2', 1],
      ['Z3', 0],
      ['Z9', 0],
    ]) {
      expect((await get(app, `/api/v1/topology-doubts?area=${area}`)).body.items, String(area)).toHaveLength(Number(count))
    }
    const ofCounty = (county: string) => get(app, `/api/v1/topology-doubts?county=${encodeURIComponent(county)}`)
    expect((await ofCounty('示范县')).body.items).toHaveLength(1)
    expect((await ofCounty('邻县')).body.items).toEqual([])
  })

  test('stands with either area', async () => {
    const ofArea = async (area: string) => (await get(app, `/api/v1/areas/${area}`)).body.topologyDoubts
    expect(await ofArea('Z1')).toEqual((await get(app, '/api/v1/topology-doubts')).body.items)
    expect(await ofArea('Z2')).toEqual(await ofArea('Z1'))
    expect(await ofArea('Z3')).toEqual([])
  })

  test('is a row of the CSV, where nothing is a formula', async () => {
    const answer = await app.inject({ url: '/api/v1/topology-doubts.csv', headers: { host: 'localhost' } })
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch('topology-doubts.csv')
    expect(answer.body.startsWith('\ufeffusage_point,meter,')).toBe(true)
    const rows: Record<string, string>[] = parse(answer.body, { columns: true, bom: true })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      usage_point: 'U4',
      meter: "'=U4",
      booked_area: 'Z1',
      probable_area: 'Z2',
      kind: 'wrong-area',
      multiplier: '',
      since: '2026-03-05',
    })
    expect(rows[0].check_en).toMatch('Check on site')
  })

  test('is gone with the import that sets the books right, and judging goes on without an alert', async () => {
    ledger = { ...misbookedLedger('Z2'), version: ledger.version + 1 }
    expect((await get(app, '/api/v1/topology-doubts')).body.items).toEqual([])
    expect((await get(app, '/api/v1/areas/Z2')).body.topologyDoubts).toEqual([])
    bank.swapLedger(ledger)
    tell(misbookedQuarters(DAYS + 12, { from: DAYS }))
    expect(bank.alerts()).toEqual([])
    expect((await get(app, '/api/v1/topology-doubts')).body.items).toEqual([])
  })

  test('a ledger with areas of since the last packet is answered', async () => {
    const { areas } = ledger
    const columns = {
      ...areas,
      length: 4,
      id: [...areas.id, 'NEW'],
      feeder: [...areas.feeder, 'F1'],
      county: [...areas.county, 'C'],
    }
    ledger = { ...ledger, version: ledger.version + 1, areas: { ...columns, latitude: longer(areas.latitude) } }
    expect((await get(app, '/api/v1/topology-doubts?area=NEW')).body.items).toEqual([])
  })

  test('a cursor of another list is a problem', async () => {
    const { status, body } = await get(app, '/api/v1/topology-doubts?cursor=xx')
    expect([status, Problem.parse(body).code]).toEqual([400, 'cursor'])
  })
})

test('a meter that counts double is listed with its ratio', async () => {
  await serve({ feeding: BOOKED, times: 2 })
  const [doubt, ...others] = (await get(app, '/api/v1/topology-doubts?area=Z1')).body.items
  expect(others).toEqual([])
  expect(doubt).toMatchObject({ usagePoint: 'U4', kind: 'wrong-multiplier', multiplier: 2, probableArea: null })
})

test('an area out of reach of the books feeds nobody of them', async () => {
  // 0.04° is 4.4 km; on feeders of their own they are no neighbours
  await serve({}, ['F1', 'F2', 'F3'], 0.04)
  const [doubt] = (await get(app, '/api/v1/topology-doubts')).body.items
  expect(doubt).toMatchObject({ usagePoint: 'U4', probableArea: null })
  expect((await get(app, '/api/v1/topology-doubts?area=Z2')).body.items).toEqual([])
})

test('doubts are listed in pages, the newest first, none twice and none left out', async () => {
  await serve()
  const [stray] = bank.areas.strays.all()
  const many = [0, 1, 2, 3].map((row) => ({ ...stray, row, since: stray.since + (row % 2) }))
  const strays: typeof bank.areas.strays = Object.create(bank.areas.strays, { all: { value: () => [...many, stray] } })
  const areas: typeof bank.areas = Object.create(bank.areas, {
    strays: { value: strays },
    records: { value: bank.areas.records },
    settledDay: { value: bank.areas.settledDay },
  })
  const judged: DetectorBank = Object.create(bank, { areas: { value: areas }, known: { value: bank.known } })
  const doubts = new TopologyDoubts({ bank: judged }, () => ledger, METERS)
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page: TopologyDoubtPage = await doubts.list({ limit: 2, cursor })
    ids.push(...page.items.map(({ usagePoint }) => usagePoint))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(ids).toEqual(['U1', 'U3', 'U0', 'U2', `U${STRAY}`])
})

test('list, export and field are described in the OpenAPI document', async () => {
  await serve()
  const { paths, components } = (await get(app, '/api/openapi.json')).body
  const { parameters, responses } = paths['/api/v1/topology-doubts'].get
  expect(parameters.map(({ name }: { name: string }) => name)).toEqual(['area', 'county', 'limit', 'cursor'])
  expect(JSON.stringify(responses['200'])).toMatch(/schemas\/TopologyDoubt/)
  expect(Object.keys(components.schemas.TopologyDoubt.properties)).toContain('probableArea')
  expect(Object.keys(paths['/api/v1/topology-doubts.csv'].get.responses['200'].content)).toEqual(['text/csv'])
  expect(JSON.stringify(paths['/api/v1/areas/{id}'].get.responses['200'])).toMatch('topologyDoubts')
})

function longer(column: Float64Array): Float64Array {
  return Float64Array.of(...column, 24.5)
}
