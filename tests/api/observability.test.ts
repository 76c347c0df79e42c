import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import type { Ledger } from '../../model/ledger.ts'
import { Observability } from '../../model/observability.ts'
import type { Api } from '../../src/api/api.ts'
import { Problem } from '../../src/api/problem.ts'
import { MineObservability } from '../../src/mine-observability.ts'
import { bankOf, batchOf, hamlet } from '../detectors/county.ts'
import { home, quarters } from '../detectors/play.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, serveSample } from './serve-sample.ts'

const FORMULAS = ['=HYPERLINK("http://example.org","老厂")', '+1+cmd', '-2+3', '@SUM(A1)', '\t=1', '＝1+1']
const DAYS = 12

let sample: Sample
let app: Api
let bank: DetectorBank
let ledger: Ledger
let newestStart = 0

beforeEach(async () => {
  const [mine] = hamlet(3).mines
  const far = { ...mine, mine: 'M2', name: '远山, "老硐"', latitude: mine.latitude + 1 }
  const named = FORMULAS.map((name, row) => ({ ...far, mine: `F${row}`, name }))
  ledger = hamlet(3, false, [mine, far, ...named])
  bank = bankOf(ledger)
  for (const readings of quarters(DAYS, [home, home, home])) {
    bank.take(batchOf(readings))
    bank.judge()
    newestStart = readings[0].start
  }
  sample = await sampleParts()
  const observability = new MineObservability({ bank, newestStart }, () => ledger)
  app = await serveSample({ ...sample.parts, ledger: () => ledger, observability })
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

test('a mine beside homes that are read says from which power on it would be seen', async () => {
  const { status, body } = await get(app, '/api/v1/mines/M1/observability')
  expect(status).toBe(200)
  const found = Observability.strict().parse(body)
  expect(found).toMatchObject({
    mine: 'M1',
    class: 'metered',
    metered: { supplies: 3, judged: 3, surelySeenW: 2_000, unseenUpToW: null },
    tapped: { supplies: 1, judged: 1 },
  })
  expect(found.tapped.surelySeenW).toBeGreaterThanOrEqual(1_300)
  expect(found.supplies).toContainEqual(expect.objectContaining({ kind: 'area', id: 'T1', watch: 'judged' }))
})

test('a mine with nothing in reach is blind, and its powers are null', async () => {
  const { body } = await get(app, '/api/v1/mines/M2/observability')
  expect(body).toMatchObject({ class: 'blind', supplies: [], metered: { surelySeenW: null }, tapped: { surelySeenW: null } })
  expect(body.reasons[0].zh).toMatch('发电机')
})

test('a mine of no ledger is a problem', async () => {
  const answer = await get(app, '/api/v1/mines/M99/observability')
  expect([answer.status, answer.type]).toEqual([404, expect.stringMatching('application/problem')])
  expect(Problem.parse(answer.body)).toMatchObject({ code: 'mine', detail: expect.stringMatching('M99') })
})

test('a mine imported since the last packet is known at once', async () => {
  ledger = { ...ledger, version: ledger.version + 1, mines: [...ledger.mines, { ...ledger.mines[0], mine: 'NEW' }] }
  expect((await get(app, '/api/v1/mines/NEW/observability')).body).toMatchObject({ mine: 'NEW', metered: { judged: 3 } })
  const { body } = await app.inject({ url: '/api/v1/mines/observability.csv', headers: { host: 'localhost' } })
  expect(body).toMatch(/^NEW,/m)
})

test('the ledger of all mines is a CSV of one row each, unknown is empty and no name is a formula', async () => {
  const answer = await app.inject({ url: '/api/v1/mines/observability.csv', headers: { host: 'localhost' } })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(answer.headers['content-disposition']).toMatch('observability.csv')
  expect(answer.body.startsWith('\ufeffmine,name,')).toBe(true)
  const rows: Record<string, string>[] = parse(answer.body, { columns: true, bom: true })
  expect(rows.map(({ mine }) => mine)).toEqual(ledger.mines.map(({ mine }) => mine))
  expect(rows[0]).toMatchObject({
    name: '河西金矿',
    class: 'metered',
    usage_points: '3',
    metered_surely_seen_w: '2000',
    areas_judged: '1',
    metered_unseen_up_to_w: '',
  })
  expect(rows[1]).toMatchObject({
    name: '远山, "老硐"',
    class: 'blind',
    usage_points: '0',
    metered_surely_seen_w: '',
    tapped_surely_seen_w: '',
  })
  expect(rows.slice(2).map(({ name }) => name)).toEqual(FORMULAS.map((name) => (name === '\t=1' ? '␉=1' : `'${name}`)))
})

test('both are described in the OpenAPI document', async () => {
  const { paths } = (await get(app, '/api/openapi.json')).body
  const { content } = paths['/api/v1/mines/{id}/observability'].get.responses['200']
  expect(content['application/json'].schema.$ref).toMatch(/Observability$/)
  expect(Object.keys(paths['/api/v1/mines/observability.csv'].get.responses['200'].content)).toEqual(['text/csv'])
})
