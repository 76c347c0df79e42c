import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Api } from '../../src/api/api.ts'
import { Problem } from '../../src/api/problem.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, post, serveSample } from './serve-sample.ts'

const Operation = z.object({ operationId: z.string(), summary: z.string(), responses: z.record(z.string(), z.unknown()) })

let sample: Sample
let app: Api

beforeEach(async () => {
  sample = await sampleParts()
  app = await serveSample(sample.parts)
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

test('alerts are listed in pages and read one by one', async () => {
  await sample.alerts.raise([sampleAlert('a', 1), sampleAlert('b', 2), sampleAlert('c', 3)], 1)
  const first = await get(app, '/api/v1/alerts?limit=2&mine=M1&area=A1')
  expect(first.body.items.map((alert: { id: string }) => alert.id)).toEqual(['c', 'b'])
  const second = await get(app, `/api/v1/alerts?limit=2&mine=M1&area=A1&cursor=${first.body.nextCursor}`)
  expect(second.body.items).toEqual([sampleAlert('a', 1)])
  expect((await get(app, '/api/v1/alerts/b')).body).toEqual(sampleAlert('b', 2))
})

describe('every error is a problem that says what to do', () => {
  test.each([
    ['/api/v1/alerts?limit=501', 400, 'validation', 'limit', '"501"'],
    ['/api/v1/alerts?stat=open', 400, 'validation', 'stat', '"open"'],
    ['/api/v1/alerts?since=yesterday', 400, 'validation', 'since', '"yesterday"'],
    ['/api/v1/alerts?cursor=xx', 400, 'cursor', undefined, undefined],
    ['/api/v1/alerts/none', 404, 'alert', undefined, undefined],
    ['/api/v1/nothing', 404, 'not-found', undefined, undefined],
    ['/api/v1/usage-points/P9', 404, 'usage-point', undefined, undefined],
    ['/api/v1/usage-points/P1/load-profile?from=2026-01-01T00:00:00Z', 400, 'validation', 'to', 'missing'],
    [
      '/api/v1/usage-points/P1/load-profile?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      400,
      'range',
      undefined,
      undefined,
    ],
    ['/api/v1/quarantine/8', 404, 'refused', undefined, undefined],
    ['/api/v1/alerts/stream?lastEventId=x', 400, 'validation', 'lastEventId', '"x"'],
    ['/api/v1/mines?near=here', 400, 'validation', 'near', '"here"'],
  ])('%s', async (url, status, code, field, value) => {
    const answer = await get(app, url)
    expect(answer.status).toBe(status)
    expect(answer.type).toMatch('application/problem+json')
    const problem = Problem.parse(answer.body)
    expect(problem).toMatchObject({ status, code })
    expect(problem.detail.length).toBeGreaterThan(10)
    expect([problem.errors?.[0].field, problem.errors?.[0].value]).toEqual([field, value])
  })

  test('a body that is no JSON, one that is too large and too many requests are problems too', async () => {
    const authorization = `Bearer ${sample.tokens.add('admin', 0)}`
    const headers = { host: 'localhost', 'content-type': 'application/json', authorization }
    const broken = await app.inject({ method: 'POST', url: '/api/v1/gateways', headers, payload: '{' })
    const large = await app.inject({
      method: 'POST',
      url: '/api/v1/gateways',
      headers,
      payload: `{"name":"${'x'.repeat(300_000)}"}`,
    })
    expect([broken.statusCode, large.statusCode]).toEqual([400, 413])

    await app.close()
    app = await serveSample(sample.parts, { requestsPerMinute: 1 })
    await get(app, '/api/v1/summary')
    const often = await app.inject({ url: '/api/v1/summary', headers: { host: 'localhost' } })
    expect(often.statusCode).toBe(429)
    for (const answer of [broken, large, often]) {
      expect(answer.headers['content-type']).toMatch('application/problem+json')
      expect(Problem.parse(answer.json()).status).toBe(answer.statusCode)
    }
    expect((await get(app, '/api/v1/health')).status).toBe(200)
  })

  test('a failure of ours shows nothing of our insides', async () => {
    const answer = await get(app, '/api/v1/usage-points/P2/load-profile?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|disk|at /)
  })

  test('a rule that says no is a 409 with its code', async () => {
    const token = sample.tokens.add('integrator', 0)
    const answer = await post(app, '/api/v1/gateways', { name: 'gw-1' }, token)
    expect([answer.status, answer.body.code]).toEqual([409, 'gateway-exists'])
  })
})

test('the gateway list shows the book and why payloads were refused', async () => {
  const { body } = await get(app, '/api/v1/gateways')
  expect(body.items[0]).toMatchObject({
    gateway: 'gw-1',
    lastSeenAt: '2026-11-24T00:00:00Z',
    book: { received: 10, stored: 7, duplicate: 1, superseded: 0, quarantined: 1, pending: 1 },
    meters: 3,
    refusals: [{ code: 'json', field: 'start', remedy: 'send ISO 8601 with an offset' }],
    edgeRefusals: [{ code: 'wrong-topic', count: 2, firstAt: '2026-11-23T00:00:00Z', topic: 'adit/v1/gw-2/readings' }],
  })
  expect(body.strangers).toEqual([])
  expect(body.upstreamGaps).toMatchObject([
    { from: '1970-01-01T00:00:00Z', to: '1970-01-01T00:01:00Z', gateways: ['gw-1'], meters: 3 },
  ])
})

test('a refused payload is shown raw', async () => {
  const { body } = await get(app, '/api/v1/quarantine/7')
  expect(body.payload).toEqual({ base64: Buffer.from('{"start":"tomorrow"}').toString('base64'), text: '{"start":"tomorrow"}' })
  expect((await get(app, '/api/v1/quarantine?gateway=other')).body.items).toEqual([])
})

test('a missing reactive value is null in the load profile, never zero', async () => {
  const { body } = await get(app, '/api/v1/usage-points/P1/load-profile?from=2026-01-01T08:00:00%2B08:00&to=2026-01-02T00:00:00Z')
  expect(body).toMatchObject({
    usagePoint: 'P1',
    start: [1_767_225_600],
    energyWh: [512.5],
    reactiveVarh: [null],
    expected: null,
  })
})

test('the residual of an area comes with its band, null where too little is known', async () => {
  const { body } = await get(app, '/api/v1/areas/A1/residual?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')
  expect(body).toMatchObject({ area: 'A1', energyWh: [512.5], expected: { lowW: [100], highW: [null] } })
  expect((await get(app, '/api/v1/areas/A9/residual?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')).status).toBe(404)
})

test('what a ledger does not know is null', async () => {
  const { body } = await get(app, '/api/v1/usage-points/P2')
  expect(body).toMatchObject({
    area: null,
    latitude: null,
    contractKw: null,
    status: 'closed',
    statusSince: '2023-11-14T22:13:20Z',
  })
  expect((await get(app, '/api/v1/areas/A1')).body).toMatchObject({
    radiusMeters: null,
    totals: { usagePoints: 1, contractKw: 20 },
  })
})

test('mines near a place come nearest first with their distance', async () => {
  const { body } = await get(app, '/api/v1/mines?near=24.43,98.58&within=200')
  expect(body.items).toHaveLength(1)
  expect(body.items[0].distanceMeters).toBeCloseTo(111, 0)
  expect((await get(app, '/api/v1/mines?near=24.43,98.58&within=50')).body.items).toEqual([])
  expect((await get(app, '/api/v1/mines/M1')).body.name).toBe('老厂洞')
})

test('the header counts', async () => {
  expect((await get(app, '/api/v1/summary')).body).toMatchObject({
    alerts: { open: 0, cleared: 0 },
    meters: { known: 2, reporting: 1, share: 0.5 },
    lastReadingAt: '2026-10-26T07:33:20Z',
    mines: 1,
  })
})

test('metrics count readings by outcome and carry no label per meter', async () => {
  await sample.alerts.raise([sampleAlert('a')], 1)
  const { body: text } = await app.inject({ url: '/metrics', headers: { host: 'localhost' } })
  expect(text).toMatch('adit_readings_total{outcome="stored"} 7')
  expect(text).toMatch('adit_packets_received_total 3')
  expect(text).toMatch('adit_alerts_open 1')
  expect(text).toMatch('nodejs_eventloop_lag_seconds')
  expect(text).not.toMatch(/P1|usage_point=/)
})

test('a part that fails makes the service not ready', async () => {
  const failing = { ...sample.parts, health: async () => [{ part: 'store' as const, status: 'fail' as const, detail: 'gone' }] }
  const other = await serveSample(failing, { requestsPerMinute: 9 })
  const response = await other.inject({ url: '/api/v1/health', headers: { host: 'localhost' } })
  expect([response.statusCode, response.json().ready, response.json().live]).toEqual([503, false, true])
  await other.close()
})

test('the OpenAPI document describes every route that is served', async () => {
  const { body } = await get(app, '/api/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  const described = Object.keys(body.paths)
  for (const path of [
    '/api/v1/health',
    '/metrics',
    '/api/v1/alerts',
    '/api/v1/alerts/{id}',
    '/api/v1/alerts/stream',
    '/api/v1/gateways',
    '/api/v1/quarantine',
    '/api/v1/quarantine/replay',
    '/api/v1/usage-points/{id}/load-profile',
  ]) {
    expect(described).toContain(path)
  }
  const operations = Object.values(body.paths).flatMap((path) => Object.values(z.record(z.string(), Operation).parse(path)))
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { summary, responses } of operations) {
    expect(summary).toMatch(/.{8}/)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['4XX', '5XX']))
  }
  expect(body.paths['/api/v1/alerts/{id}'].get.responses['200'].content['application/json'].schema.$ref).toMatch(/Alert$/)
})

test('answers carry a policy that lets nothing in from elsewhere', async () => {
  const response = await app.inject({ url: '/', headers: { host: 'localhost' } })
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-security-policy']).toMatch("default-src 'self'")
  expect(response.headers['content-security-policy']).not.toMatch(/https?:/)
})

test.each(['/api/v1/mines/%zz', `/api/v1/mines/${'x'.repeat(300)}`])(
  'a path that cannot be read is a problem too: %s',
  async (url) => {
    const { status, type, body } = await get(app, url)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(type).toBe('application/problem+json')
    expect(body).toMatchObject({ status, code: expect.any(String) })
  },
)
