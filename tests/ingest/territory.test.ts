import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fromWgs84, toWgs84 } from '../../ingest/convert-datum.ts'
import { locate, Territory } from '../../ingest/territory.ts'

const require = createRequire(import.meta.url)
/** gcoord's type file exports nothing. */
const gcoord = z
  .object({
    transform: z.custom<(position: readonly number[], from: string, to: string) => readonly number[]>(
      (value) => typeof value === 'function',
    ),
    WGS84: z.string(),
    GCJ02: z.string(),
    BD09: z.string(),
  })
  .parse({ ...require('gcoord') })
const METERS_A_DEGREE = 111_320
const inChina = fc.record({
  latitude: fc.double({ min: 19, max: 53, noNaN: true }),
  longitude: fc.double({ min: 74, max: 134, noNaN: true }),
})
/** Luxi county in the west of Yunnan, where gold was dug. */
const LUXI: Territory = { south: 24.1, west: 97.5, north: 24.8, east: 98.9 }

test('a position shifted by GCJ02 or BD09, as gcoord does it, comes back within a millimetre', () => {
  fc.assert(
    fc.property(inChina, fc.constantFrom('GCJ02', 'BD09'), ({ latitude, longitude }, datum) => {
      const [east, north] = gcoord.transform([longitude, latitude], gcoord.WGS84, gcoord[datum])
      const back = toWgs84(north, east, datum)
      expect(Math.abs(back.latitude - latitude) * METERS_A_DEGREE).toBeLessThan(0.001)
      expect(Math.abs(back.longitude - longitude) * METERS_A_DEGREE).toBeLessThan(0.001)
      const there = fromWgs84({ latitude, longitude }, datum)
      expect([there.latitude - north, there.longitude - east].every((off) => Math.abs(off) < 1e-9)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('WGS84 and CGCS2000 stay as they are, and nothing is shifted outside of China', () => {
  expect(toWgs84(24.5, 98.1, 'CGCS2000')).toEqual({ latitude: 24.5, longitude: 98.1 })
  expect(toWgs84(39.5344, -121.2494, 'GCJ02')).toEqual({ latitude: 39.5344, longitude: -121.2494 })
})

test('a position inside the territory is taken in WGS84', () => {
  const gcj02 = fromWgs84({ latitude: 24.45, longitude: 98.1 }, 'GCJ02')
  const position = locate(gcj02.latitude, gcj02.longitude, 'GCJ02', LUXI)
  expect(position).toEqual({ latitude: expect.closeTo(24.45, 8), longitude: expect.closeTo(98.1, 8) })
})

const nearTheEdge = fromWgs84({ latitude: 24.45, longitude: 97.501 }, 'GCJ02')

test.each([
  ['swapped axes', 98.1, 24.45, 'WGS84', /are swapped/, /swap the two columns/],
  ['a lost sign', 24.45, -98.1, 'WGS84', /sign of the longitude/, /east is positive/],
  ['degrees and minutes as decimals', 24.453, 97.3015, 'WGS84', /24\.4530 for 24°45′30″/, /minutes \/ 60/],
  ['degrees and minutes run together', 2427.5, 9806.25, 'WGS84', /2445\.50 for 24°45\.50′/, /minutes \/ 60/],
  ['seconds of arc', 88_020, 353_160, 'WGS84', /seconds of arc/, /3600/],
  ['null island', 0, 0, 'WGS84', /no position on Earth/, /./],
  ['another country', 39.5344, -121.2494, 'WGS84', /outside the territory$/, /widen the territory/],
] as const)('%s is refused with the likely cause', (_what, latitude, longitude, datum, reason, remedy) => {
  const position = locate(latitude, longitude, datum, LUXI)
  if (!('reason' in position)) throw new Error(`taken: ${JSON.stringify(position)}`)
  expect(position.reason).toMatch(reason)
  expect(position.remedy).toMatch(remedy)
})

test('a GCJ02 position given as WGS84 just across the border is told as such', () => {
  const territory = { ...LUXI, east: nearTheEdge.longitude - 0.0001 }
  const position = locate(nearTheEdge.latitude, nearTheEdge.longitude, 'WGS84', territory)
  expect(position).toMatchObject({
    reason: expect.stringContaining('the datum is GCJ02, not WGS84'),
    remedy: 'write GCJ02 in the column datum',
  })
})

test('without a territory only what no position can be is refused', () => {
  expect(locate(39.5344, -121.2494, 'WGS84', null)).toEqual({ latitude: 39.5344, longitude: -121.2494 })
  expect(locate(98.1, 24.45, 'WGS84', null)).toMatchObject({ reason: expect.stringContaining('are swapped') })
  expect(Territory.safeParse({ south: 25, west: 97, north: 24, east: 98 }).success).toBe(false)
})
