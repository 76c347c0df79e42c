import { describe, expect, test } from 'vitest'
import { DayRecords, referenceOf } from '../../detectors/day-record.ts'
import { measureDay } from '../../detectors/measure-day.ts'
import { slotCode } from '../../detectors/slot-code.ts'
import type { Alert } from '../../model/alert.ts'
import { bankOf, CLOCK, hamlet, type Reading, verdictsOf } from './county.ts'
import { daysToKnow, home, quarters } from './play.ts'
import { noise } from './tampering.ts'

const ONSET = 20
const DAYS = 55
/** tan φ of saws and compressors, and of an induction furnace. */
const WORKS_TANGENT = 0.95
const FURNACE_TANGENT = 0.45

/** Saws and compressors from eight to six, up to fifteen kilowatts. Hours count from noon. */
function worksByDay(day: number, hour: number, slot: number): number {
  const at = day * 96 + (slot % 96)
  return 700 + 150 * noise(1, at) + (hour < 6 || hour >= 20 ? 5_000 + 10_000 * noise(2, Math.floor(at / 3)) : 0)
}

type Burst = (day: number, hour: number) => boolean

/** What is told of works that draw a burst of `watts` with this tan φ besides. */
function told(watts: number, tangent: number, on: Burst): Alert[] {
  const works = function* (): Iterable<Reading[]> {
    for (const readings of quarters(DAYS, [() => 0, home, home, home])) {
      const slot = (readings[0].start - FIRST) / 900
      const [day, hour] = [Math.floor(slot / 96), (slot % 96) / 4]
      const own = worksByDay(day, hour, slot)
      const added = on(day, hour) ? watts * (1 + 0.02 * noise(3, slot)) : 0
      const energyWh = (own + added) / 4
      const supply = readings[readings.length - 1]
      yield [
        { ...readings[0], energyWh, reactiveVarh: (own * WORKS_TANGENT + added * tangent) / 4 },
        ...readings.slice(1, -1),
        { ...supply, energyWh: supply.energyWh + 1.02 * energyWh },
      ]
    }
  }
  return verdictsOf(bankOf(hamlet(4, false, undefined, 0, true)), works())
}

const FIRST = Date.parse('2026-03-02T04:00:00Z') / 1000

/** Two evenings of five, begun within an hour of half past eight. */
const isEvening: Burst = (day, hour) => {
  const from = 8.5 + Math.round(4 * noise(4, day)) / 4 - 0.5
  return day >= ONSET && noise(5, day) < 0.4 && hour >= from && hour < from + 1.75
}

describe('works that are busy by day', () => {
  test('a furnace of their evenings, no larger than their own machines, is told as smelting', () => {
    const [alert, ...more] = told(12_000, FURNACE_TANGENT, isEvening)
    expect(more).toEqual([])
    expect(alert).toMatchObject({ route: 'smelting', subject: { id: 'U0' } })
    expect(daysToKnow(alert, ONSET)).toBeLessThanOrEqual(30)
    const hours = alert.reasons.find(({ detector }) => detector === 'hours')
    expect(hours?.sentence.en).toContain('in the evening each time')
  })

  test('evenings at which their own machines work are none', () => {
    expect(told(14_000, WORKS_TANGENT, isEvening)).toEqual([])
  })

  test('nor is a day that goes on until eight', () => {
    expect(told(12_000, FURNACE_TANGENT, (day, hour) => day >= ONSET && day % 3 === 0 && hour >= 6 && hour < 8)).toEqual([])
  })

  test('nor bursts of a furnace’s power factor at any hour of their day', () => {
    const isAnyHour: Burst = (day, hour) => {
      const from = Math.floor(22 * noise(6, day))
      return day >= ONSET && noise(5, day) < 0.4 && hour >= from && hour < from + 1.75
    }
    expect(told(12_000, FURNACE_TANGENT, isAnyHour)).toEqual([])
  })
})

test('what a day held from evening to morning is remembered to an eighth, down to a sixth of what it held at all', () => {
  const records = new DayRecords(CLOCK, 1)
  const day = 20_000
  const codes = (dayW: number, eveningW: number) =>
    Uint16Array.from({ length: 96 }, (_, slot) => slotCode(slot >= 24 && slot < 72 ? eveningW : dayW, Number.NaN))
  for (let share = 0.02; share <= 1; share += 0.07) {
    records.set(0, day, { ...measureDay(codes(20_000, 20_000 * share), 52) }, false)
    const { medianW } = referenceOf(records, 0, day + 1, 'evening')
    const wanted = 20_000 * Math.max(share, 1 / 6.4)
    expect(Math.abs(Math.log(medianW / wanted))).toBeLessThan(0.08)
    // the mean that shares its place is as it was
    const mean = referenceOf(records, 0, day + 1, 'mean').medianW
    expect(Math.abs(mean / (10_000 * (1 + share)) - 1)).toBeLessThan(0.01)
  }
})
