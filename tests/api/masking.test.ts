import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maskName } from '../../model/mask-name.ts'
import { UsagePoint } from '../../model/usage-point.ts'
import type { Api } from '../../src/api/api.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, serveSample } from './serve-sample.ts'

const UNKNOWN = {
  latitude: null,
  longitude: null,
  contractKw: null,
  ctRatio: null,
  ptRatio: null,
  statusSince: null,
  county: null,
}
const SOMEBODY = { ...UNKNOWN, meter: 'm1', area: 'A1', category: 'residential', datum: 'WGS84', status: 'active' }
const POINTS = new Map(
  [
    { usagePoint: 'P1', name: '张小兰', role: 'customer' },
    { usagePoint: 'P2', name: '北村台区总表', role: 'area-total' },
  ].map((record): [string, UsagePoint] => [record.usagePoint, UsagePoint.parse({ ...SOMEBODY, ...record })]),
)

let sample: Sample
let app: Api

beforeEach(async () => {
  sample = await sampleParts()
  const records = { ...sample.parts.records, usagePoints: async () => POINTS }
  app = await serveSample({ ...sample.parts, records })
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

const asked = (path: string, token?: string) => get(app, path, token === undefined ? {} : { authorization: `Bearer ${token}` })
const REASON = `unmask=${encodeURIComponent('现场核查 2026-117')}`

test('the name of a customer is masked for everybody, of every role, and nothing is recorded', async () => {
  for (const role of ['operator', 'bureau', 'inspector', 'auditor', 'admin'] as const) {
    const { status, body } = await asked('/api/v1/usage-points/P1', sample.tokens.add(role, 0))
    expect([status, body.name]).toEqual([200, '张**'])
    expect(JSON.stringify(body)).not.toMatch('小兰')
  }
  expect((await asked('/api/v1/usage-points/P1')).body.name).toBe('张**')
  expect((await asked('/api/v1/usage-points/P2')).body.name).toBe('北村台区总表')
  expect(sample.audit.lines()).toEqual([])
})

test('who inspects sees it with a reason, which is on record with who asked, before it is shown', async () => {
  for (const role of ['bureau', 'inspector', 'admin'] as const) {
    const token = sample.tokens.add(role, 0)
    expect((await asked(`/api/v1/usage-points/P1?${REASON}`, token)).body.name).toBe('张小兰')
    const actor = `token:${token.split('_')[1]} ${role}`
    expect(sample.audit.lines().slice(-2)).toEqual([`${actor} personal.unmask P1 begun`, `${actor} personal.unmask P1 done`])
  }
  expect(sample.audit.entries()[0].detail).toMatchObject({ id: 'P1', unmask: '现场核查 2026-117' })
  sample.audit.breakHead()
  const unrecorded = await asked(`/api/v1/usage-points/P1?${REASON}`, sample.tokens.add('bureau', 0))
  expect([unrecorded.status, unrecorded.body.code]).toEqual([503, 'audit'])
})

test('others do not see it, and that they asked is on record', async () => {
  for (const role of ['operator', 'integrator', 'auditor'] as const) {
    const { status, body } = await asked(`/api/v1/usage-points/P1?${REASON}`, sample.tokens.add(role, 0))
    expect([status, body.code]).toEqual([403, 'role'])
    expect(sample.audit.lines().at(-1)).toMatch(`${role} personal.unmask P1 refused`)
  }
  expect((await asked(`/api/v1/usage-points/P1?${REASON}`)).status).toBe(401)
  expect((await asked('/api/v1/usage-points/P1?unmask=x', sample.tokens.add('bureau', 0))).status).toBe(400)
})

test('a masked name tells no more than its first letter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), (name, rest) => {
      const [first] = name
      expect(maskName(name)).toBe(maskName(`${first}${rest}`))
    }),
  )
  expect(maskName('')).toBe('')
})
