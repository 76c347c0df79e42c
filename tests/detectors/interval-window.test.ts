import { expect, test } from 'vitest'
import { dayOf } from '../../detectors/day-clock.ts'
import { IntervalWindow } from '../../detectors/interval-window.ts'
import { Outcome } from '../../detectors/outcome.ts'
import { powerCode, WATTS, wattsOf } from '../../detectors/slot-code.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { batchOf, CLOCK, FIRST_NOON, type Reading } from './county.ts'

const noHook = () => {}
const DAY = dayOf(CLOCK, FIRST_NOON)

function observe(window: IntervalWindow, ...readings: Partial<Reading>[]): number[] {
  const batch = batchOf(
    readings.map((reading) => ({ row: 0, start: FIRST_NOON, energyWh: 500, quality: ReadingQuality.valid, ...reading })),
  )
  const outcomes = new Uint8Array(batch.length)
  window.observe(batch, outcomes, noHook, noHook, noHook)
  return [...outcomes]
}

test('a repeated reading is a duplicate, a different one a correction or superseded by what stands', () => {
  const window = new IntervalWindow(CLOCK, 1)
  expect(observe(window, {}, {}, { energyWh: 700 }, { energyWh: 600 })).toEqual([
    Outcome.fresh,
    Outcome.duplicate,
    Outcome.correction,
    Outcome.superseded,
  ])
  expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(2_800, -2)
})

test('a verified value stands against a larger raw one, whichever came first', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const window = new IntervalWindow(CLOCK, 1)
    const values = [{ energyWh: 300, quality: ReadingQuality.verified }, { energyWh: 900 }]
    observe(window, ...order.map((index) => values[index]))
    expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(1_200, -1)
  }
})

test('a smaller copy sent afterwards hides nothing', () => {
  const window = new IntervalWindow(CLOCK, 1)
  observe(window, { energyWh: 5_000 }, { energyWh: 10 })
  expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeGreaterThan(19_000)
})

test('a reading of the day before yesterday is late, and says so', () => {
  const window = new IntervalWindow(CLOCK, 1)
  expect(
    observe(window, { start: FIRST_NOON + 2 * 86_400 }, { start: FIRST_NOON + 86_399 }, { start: FIRST_NOON + 86_400 }),
  ).toEqual([Outcome.fresh, Outcome.late, Outcome.fresh])
})

test('an hour fills its four slots with its mean power', () => {
  const window = new IntervalWindow(CLOCK, 1)
  const batch = batchOf([{ row: 0, start: FIRST_NOON, energyWh: 2_000, quality: ReadingQuality.valid }])
  batch.columns.seconds[0] = 3_600
  window.observe(batch, new Uint8Array(1), noHook, noHook, noHook)
  expect([...window.slotsOf(0, DAY).subarray(0, 5)].map((code) => Math.round(wattsOf(code) / 100))).toEqual([
    20,
    20,
    20,
    20,
    Number.NaN,
  ])
})

test('zero is a reading and missing is not', () => {
  const window = new IntervalWindow(CLOCK, 1)
  observe(window, { energyWh: 0 })
  const [zero, missing] = window.slotsOf(0, DAY)
  expect(wattsOf(zero)).toBe(0)
  expect(wattsOf(missing)).toBeNaN()
})

test('a power comes back from its code within a quarter of a per cent, from a watt to 20 MW', () => {
  for (let watts = 1; watts < 1.9e7; watts *= 1.0137) {
    expect(Math.abs(WATTS[powerCode(watts)] / watts - 1)).toBeLessThan(0.0025)
  }
  for (let code = 2; code < 4096; code++) expect(powerCode(WATTS[code])).toBe(code)
})
