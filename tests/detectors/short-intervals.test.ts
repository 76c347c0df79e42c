import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf } from '../../detectors/day-clock.ts'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { IntervalWindow } from '../../detectors/interval-window.ts'
import { Outcome } from '../../detectors/outcome.ts'
import { wattsOf } from '../../detectors/slot-code.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, CLOCK, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { home, quarters, withLoad } from './play.ts'
import { disorder } from './streams.ts'

const DAYS = 12
const ROWS = 4
const ledger = hamlet(ROWS - 1, true)
const DAY = dayOf(CLOCK, FIRST_NOON)

/** Quarter-hours of whole Wh: a pump, a mill, a revived account, a tap. */
const history: Reading[] = [
  ...quarters(
    DAYS,
    [
      withLoad(home, 9_000, (day) => day >= 6),
      withLoad(home, 25_000, (day, hour) => day >= 6 && hour >= 8 && hour < 16),
      (day) => (day >= 9 ? 400 : 0),
    ],
    (day) => (day >= 7 ? 6_000 : 0),
  ),
].flatMap((readings) => readings.map((reading) => ({ ...reading, energyWh: Math.round(reading.energyWh) })))

const text = (bank: DetectorBank, batches: Iterable<readonly Reading[]>) => JSON.stringify(verdictsOf(bank, batches))
const expected = text(bankOf(ledger), perSlot(history))

test('minute and five-minute readings of the same energy give the alerts of the quarter-hours, in any order, batch and repetition, also when a meter changes its length', () => {
  expect(JSON.parse(expected)).toHaveLength(4)
  const lives = fc.array(fc.tuple(fc.constantFrom(1, 5, 10, 15), fc.integer({ min: 0, max: DAYS * 96 })), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(fc.array(lives, { minLength: ROWS, maxLength: ROWS }), fc.integer(), fc.boolean(), (drawn, seed, disordered) => {
      const random = new Random(String(seed))
      const short = history.flatMap((reading) => split(reading, minutesAt(drawn[reading.row], reading.start), random))
      expect(text(bankOf(ledger), disordered ? disorder(short, 3_000, random) : perSlot(short))).toBe(expected)
    }),
    { numRuns: 30 },
  )
})

test('judging goes on from a snapshot in the middle of a quarter-hour of minutes', () => {
  const random = new Random('cut')
  const minutes = history.flatMap((reading) => split(reading, reading.row === 0 ? 1 : reading.row === 1 ? 5 : 15, random))
  minutes.sort((a, b) => a.start - b.start)
  const cut = minutes.findIndex(({ start }) => start === FIRST_NOON + 8 * 86_400 + 15 * 3600 + 7 * 60)
  const first = bankOf(ledger)
  verdictsOf(first, [minutes.slice(0, cut)])
  const parts = first.snapshot()
  const second = new DetectorBank(first.config, first.clock, ledger, ROWS + 40, 3)
  second.restore((name) => {
    const part = parts.get(name)
    return part === undefined ? undefined : bytesOf(part).slice()
  })
  expect(text(second, [minutes.slice(cut)])).toBe(expected)
})

test('fifteen minutes are fifteen fresh readings, again they are duplicates, and what differs is a correction or superseded', () => {
  const window = new IntervalWindow(CLOCK, 1)
  const minutes = Array.from({ length: 15 }, (_, minute) => ({ start: FIRST_NOON + 60 * minute, energyWh: minute }))
  expect(observe(window, 60, minutes)).toEqual(minutes.map(() => Outcome.fresh))
  expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(420, -1)
  expect(observe(window, 60, [...minutes].reverse())).toEqual(minutes.map(() => Outcome.duplicate))
  expect(
    observe(window, 60, [
      { start: FIRST_NOON + 60, energyWh: 151 },
      { start: FIRST_NOON + 120, energyWh: 1 },
    ]),
  ).toEqual([Outcome.correction, Outcome.superseded])
  expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(1_020, -1)
})

test('a quarter-hour is judged by the minutes that are there when half of them are, and is missing otherwise, never zero', () => {
  for (const [seconds, enough] of [
    [60, 8],
    [300, 2],
  ]) {
    const window = new IntervalWindow(CLOCK, 1)
    const readings = Array.from({ length: enough }, (_, i) => ({
      start: FIRST_NOON + 900 - seconds * (i + 1),
      energyWh: seconds / 3.6,
    }))
    observe(window, seconds, readings.slice(1))
    expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeNaN()
    observe(window, seconds, readings.slice(0, 1))
    expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(1_000, -1)
    expect(wattsOf(window.slotsOf(0, DAY)[1])).toBeNaN()
  }
})

test('where minutes and the quarter-hour itself come, the whole one counts against a part and the larger against the whole, in either order', () => {
  const whole = { start: FIRST_NOON, energyWh: 250 }
  const minutes = (count: number, energyWh: number) =>
    Array.from({ length: count }, (_, i) => ({ start: FIRST_NOON + 60 * i, energyWh }))
  for (const [count, energyWh, watts] of [
    [10, 50, 1_000],
    [15, 50, 3_000],
    [15, 10, 1_000],
  ]) {
    for (const wholeFirst of [true, false]) {
      const window = new IntervalWindow(CLOCK, 1)
      if (wholeFirst) observe(window, 900, [whole])
      expect(observe(window, 60, minutes(count, energyWh))).toEqual(minutes(count, 0).map(() => Outcome.fresh))
      if (!wholeFirst) expect(observe(window, 900, [whole])).toEqual([Outcome.fresh])
      expect(observe(window, 900, [whole])).toEqual([Outcome.duplicate])
      expect(wattsOf(window.slotsOf(0, DAY)[0])).toBeCloseTo(watts, -1)
    }
  }
})

test('a quarter-hour of estimated minutes is no measured one, and one estimated minute does not make it so', () => {
  for (const [estimated, measured] of [
    [8, false],
    [7, true],
  ] as const) {
    const window = new IntervalWindow(CLOCK, 1)
    const readings = Array.from({ length: 15 }, (_, i) => ({
      start: FIRST_NOON + 60 * i,
      energyWh: 50,
      quality: i < estimated ? ReadingQuality.estimatedReferenceDay : ReadingQuality.valid,
    }))
    observe(window, 60, readings)
    expect(window.isMeasured(0, DAY, 0)).toBe(measured)
  }
})

function observe(window: IntervalWindow, seconds: number, readings: readonly Partial<Reading>[]): number[] {
  const batch = batchOf(
    readings.map((reading) => ({ row: 0, start: 0, energyWh: 0, quality: ReadingQuality.valid, seconds, ...reading })),
  )
  const outcomes = new Uint8Array(batch.length)
  window.observe(
    batch,
    outcomes,
    () => {},
    () => {},
    () => {},
  )
  return [...outcomes]
}

function minutesAt(life: readonly (readonly [number, number])[], start: number): number {
  const slot = (start - FIRST_NOON) / 900
  let minutes = life[0][0]
  for (const [length, from] of [...life].sort((a, b) => a[1] - b[1])) if (slot >= from) minutes = length
  return minutes
}

/** The same energy in shorter intervals, unevenly; 10: a ten-minute reading and a five-minute one. */
function split(reading: Reading, minutes: number, random: Random): Reading[] {
  if (minutes === 15) return [reading]
  const lengths = minutes === 10 ? [10, 5] : Array.from({ length: 15 / minutes }, () => minutes)
  const cuts = lengths.slice(1).map(() => Math.floor(random.uniform(0, reading.energyWh + 1)))
  // ten minutes hold an even number of Wh, so that five of them hold a whole one
  const edges = [0, ...(minutes === 10 ? cuts.map((cut) => cut - (cut % 2)) : cuts).sort((a, b) => a - b), reading.energyWh]
  let minute = 0
  return lengths.map((length, i) => {
    const start = reading.start + 60 * minute
    minute += length
    return { ...reading, start, seconds: 60 * length, energyWh: edges[i + 1] - edges[i] }
  })
}

function* perSlot(readings: readonly Reading[]): Iterable<Reading[]> {
  const slots = new Map<number, Reading[]>()
  for (const reading of readings) {
    const slot = Math.floor((reading.start - FIRST_NOON) / 900)
    slots.set(slot, [...(slots.get(slot) ?? []), reading])
  }
  yield* slots.values()
}
