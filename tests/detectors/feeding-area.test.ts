import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DayRecords } from '../../detectors/day-record.ts'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import { feedingArea } from '../../detectors/feeding-area.ts'
import { powerCode } from '../../detectors/slot-code.ts'
import { topologyDoubt } from '../../detectors/topology-doubt.ts'
import { bankOf, batchOf, CLOCK } from './county.ts'
import { BESIDE, BOOKED, FEEDING, joinery, misbookedLedger, misbookedQuarters, STRAY } from './misbooked.ts'
import type { Load } from './play.ts'
import { noise } from './tampering.ts'

const OTHERS = [FEEDING, BESIDE]
const DOUBLE = {
  row: STRAY,
  area: BOOKED,
  since: 20_000,
  slope: -0.5,
  error: 0.01,
  mended: false,
  usualW: 800,
  manifold: false,
  days: [],
}

describe('a meter booked on the wrong area', () => {
  test.each([FEEDING, BESIDE])('is told to hang on the neighbour that feeds it (%i)', (feeding) => {
    const bank = told({ feeding })
    const [stray] = bank.areas.strays.of(BOOKED)
    expect(stray.row).toBe(STRAY)
    const found = feedingOf(bank)
    expect(found?.area).toBe(feeding)
    expect(Math.abs((found?.slope ?? 0) - 1)).toBeLessThan(0.1)
    expect(found?.error).toBeLessThan(0.1)
  })

  test('that draws the same every day leaves open who feeds it', () => {
    const steady: Load = (_day, hour, slot) => joinery(1, hour, slot % 96)
    const bank = told({ load: steady })
    expect(bank.areas.strays.of(BOOKED)).toHaveLength(1)
    expect(feedingOf(bank)).toBeNull()
  })

  test('whose neighbours were never read leaves open who feeds it', () => {
    const bank = told({})
    expect(feedingArea(bank.areas.strays.of(BOOKED)[0], OTHERS, bank.areas.records, new Uint16Array(3))).toBeNull()
    expect(feedingArea(bank.areas.strays.of(BOOKED)[0], [], bank.areas.records, bank.areas.settledDay)).toBeNull()
  })

  test('is told with the area, the day and what to check', () => {
    const bank = told({})
    const doubt = topologyDoubt(bank.known.ledger, bank.areas.strays.of(BOOKED)[0], feedingOf(bank), '01024')
    expect(doubt).toMatchObject({
      usagePoint: 'U4',
      meter: '01024',
      bookedArea: 'Z1',
      probableArea: 'Z2',
      kind: 'wrong-area',
      multiplier: null,
      since: '2026-03-05',
    })
    expect(doubt.meanW).toBeGreaterThan(1_500)
    expect(doubt.meanW).toBeLessThan(2_100)
    expect(doubt.sentence.zh).toMatch(/台区 Z1.*台区 Z2 供电.*进户线/)
    expect(doubt.sentence.en).toMatch(/Area Z2 probably feeds it.*service line/)
  })
})

describe('a meter that counts manifold', () => {
  test.each([2, 3, 5])('%i times what it should is told by that ratio, and nobody feeds it', (times) => {
    const bank = told({ feeding: BOOKED, times })
    const doubt = topologyDoubt(bank.known.ledger, bank.areas.strays.of(BOOKED)[0], null, null)
    expect(doubt).toMatchObject({ kind: 'wrong-multiplier', multiplier: times, probableArea: null })
    expect(doubt.sentence.zh).toMatch(`${times} 倍`)
  })

  test('by no ratio that instruments have is told without one', () => {
    const doubt = topologyDoubt(misbookedLedger(), { ...DOUBLE, slope: 1 / 2.44 - 1 }, null, null)
    expect(doubt).toMatchObject({ kind: 'wrong-multiplier', multiplier: null, meanW: 800 })
    expect(doubt.sentence.en).toMatch('2.4 times')
  })

  test('ten times, and only since a while ago, is told by that ratio', () => {
    const doubt = topologyDoubt(misbookedLedger(), { ...DOUBLE, slope: 1.02 / 10 - 1, manifold: true }, null, null)
    expect(doubt).toMatchObject({ kind: 'wrong-multiplier', multiplier: 10 })
  })

  test('ten times ever since looks like one that nobody feeds: its multiplier is to be checked too', () => {
    const bank = told({ feeding: BOOKED, times: 10 })
    const doubt = topologyDoubt(bank.known.ledger, bank.areas.strays.of(BOOKED)[0], feedingOf(bank), null)
    expect(doubt).toMatchObject({ kind: 'wrong-area', probableArea: null })
    expect(doubt.sentence.zh).toMatch('核对倍率')
  })
})

describe('of neighbours whose remainders go up and down by themselves', () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, day): [number, number] => [20_000 + day, 500 + 900 * noise(5, day)])
  const settled = Uint16Array.of(20_024, 20_024)

  test('one that rises with the meter by chance is not believed, the one that follows it is', () => {
    const records = new DayRecords(CLOCK, 2)
    days(25).forEach(([day, watts], i) => {
      recorded(records, 0, day, 5_000 + watts + 4_000 * noise(77, i))
      recorded(records, 1, day, 5_000 + watts + 700 * noise(78, i))
    })
    const slope = (areas: number[]) => feedingArea({ days: days(25) }, areas, records, settled)
    expect(slope([0])).toBeNull()
    expect(slope([0, 1])?.area).toBe(1)
  })

  test('the one that follows it most closely is named', () => {
    const records = new DayRecords(CLOCK, 2)
    days(25).forEach(([day, watts], i) => {
      recorded(records, 0, day, 5_000 + watts + 300 * noise(78, i))
      recorded(records, 1, day, 5_000 + watts)
    })
    const named = (areas: number[]) => feedingArea({ days: days(25) }, areas, records, settled)?.area
    expect([named([0]), named([1]), named([0, 1]), named([1, 0])]).toEqual([0, 1, 1, 1])
  })

  test('a few days in common say nothing', () => {
    const records = new DayRecords(CLOCK, 1)
    for (const [day, watts] of days(25)) recorded(records, 0, day, 5_000 + watts)
    expect(feedingArea({ days: days(6) }, [0], records, settled)).toBeNull()
    expect(feedingArea({ days: days(7) }, [0], records, settled)?.area).toBe(0)
  })
})

test('the area that follows the meter day by day is found among any that do not, in any order', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(9), fc.double({ min: 0.75, max: 1.25, noNaN: true }), (seed, feeding, share) => {
      const days = Array.from({ length: 25 }, (_, day): [number, number] => [20_000 + day, 500 + 4_000 * noise(seed, day)])
      const records = new DayRecords(CLOCK, 10)
      for (let area = 0; area < 10; area++) {
        days.forEach(([day, watts], i) => {
          const own = 3_000 + 600 * noise(seed + 31 * (area + 1), i)
          recorded(records, area, day, own + (area === feeding ? share * watts : 0))
        })
      }
      const settled = new Uint16Array(10).fill(20_024)
      const areas = Array.from({ length: 10 }, (_, area) => area)
      for (const order of [areas, areas.toReversed()]) {
        const found = feedingArea({ days }, order, records, settled)
        expect(found?.area).toBe(feeding)
        expect(Math.abs((found?.slope ?? 0) - share)).toBeLessThan(4 * (found?.error ?? 0) + 0.02)
      }
      const without = areas.filter((area) => area !== feeding)
      expect(feedingArea({ days }, without, records, settled)).toBeNull()
    }),
    { numRuns: 60 },
  )
})

function told(story: Parameters<typeof misbookedQuarters>[1]): DetectorBank {
  const bank = bankOf(misbookedLedger())
  for (const readings of misbookedQuarters(24, story)) {
    bank.take(batchOf(readings))
    bank.judge()
  }
  return bank
}

function feedingOf({ areas: { strays, records, settledDay } }: DetectorBank) {
  return feedingArea(strays.of(BOOKED)[0], OTHERS, records, settledDay)
}

function recorded(records: DayRecords, area: number, day: number, watts: number): void {
  const level = powerCode(watts)
  const powers = { floor: level, night: level, noon: level, burst: level, evening: level, mean: level }
  records.set(area, day, { ...powers, nightTangent: 255, coverage: 96, dip: 0, swings: 0, tail: 0, print: 0 }, false)
}
