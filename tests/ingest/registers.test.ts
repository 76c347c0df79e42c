import fc from 'fast-check'
import { expect, test } from 'vitest'
import { REPEATED, TAKEN, TOO_OLD } from '../../ingest/byte-sink.ts'
import { Registers } from '../../ingest/registers.ts'
import { FLAG_SPREAD, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { QUALITY_RANK, ReadingQuality } from '../../model/reading-quality.ts'

const QUARTER = 900
const T0 = 1_795_449_600
const METER = 7

interface Value {
  readonly at: number
  readonly wh: number
  readonly meter?: number
  readonly quality?: number
  readonly varh?: number
}

function take(registers: Registers, values: readonly Value[], ratio = 1): { batch: ReadingBatchBuilder; outcomes: number[] } {
  const batch = new ReadingBatchBuilder(4)
  const outcomes = values.map(({ at, wh, meter = METER, quality = 0, varh = Number.NaN }) =>
    registers.take(0, meter, T0 + at * QUARTER, wh, varh, quality, ratio, 1, batch),
  )
  return { batch, outcomes }
}

/** `[quarter-hour, seconds, Wh, quality, spread]` a row. */
function rowsOf({ columns, length }: ReadingBatchBuilder): number[][] {
  return Array.from({ length }, (_, row) => [
    (columns.start[row] - T0) / QUARTER,
    columns.seconds[row],
    columns.energyWh[row],
    columns.quality[row],
    columns.flags[row] & FLAG_SPREAD,
  ])
}

/** What counts in the end for each start: better quality, then measured before spread, of two spread ones the later, which knew more registers. */
function settled({ columns, length }: ReadingBatchBuilder): Map<number, number> {
  const best = new Map<number, number>()
  const isSpread = (row: number) => columns.flags[row] & FLAG_SPREAD
  const worth = (row: number) => [
    QUALITY_RANK[columns.quality[row]],
    -isSpread(row),
    isSpread(row) ? row : 0,
    columns.energyWh[row],
  ]
  for (let row = 0; row < length; row++) {
    const known = best.get(columns.start[row])
    if (known === undefined || compare(worth(row), worth(known)) > 0) best.set(columns.start[row], row)
  }
  return new Map([...best].toSorted(([a], [b]) => a - b).map(([start, row]) => [start, columns.energyWh[row]]))
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : a[at] - b[at]
}

test('the difference of two registers is the energy of the interval between', () => {
  const { batch } = take(
    new Registers(),
    [
      { at: 0, wh: 1000, varh: 10 },
      { at: 1, wh: 1512.5, varh: 14 },
    ],
    40,
  )
  expect(rowsOf(batch)).toEqual([[0, 900, 20_500, ReadingQuality.valid, 0]])
  expect(batch.columns.reactiveVarh[0]).toBe(160)
})

test('a register alone says nothing, and the same one again nothing more', () => {
  const { batch, outcomes } = take(new Registers(), [
    { at: 0, wh: 5 },
    { at: 0, wh: 5 },
    { at: 1, wh: 6 },
    { at: 0, wh: 5 },
    { at: 1, wh: 6 },
  ])
  expect(outcomes).toEqual([TAKEN, REPEATED, TAKEN, REPEATED, REPEATED])
  expect(batch.length).toBe(1)
})

test('a gap is spread over its intervals and marked derived, and never looks like a surge', () => {
  const { batch } = take(new Registers(), [
    { at: 0, wh: 0 },
    { at: 1, wh: 100 },
    { at: 5, wh: 500 },
  ])
  expect(rowsOf(batch)).toEqual([
    [0, 900, 100, ReadingQuality.valid, 0],
    ...[1, 2, 3, 4].map((at) => [at, 900, 100, ReadingQuality.derived, FLAG_SPREAD]),
  ])
})

test('a register of 999,999.5 kWh that goes on at 0.2 has rolled over at its digits', () => {
  const { batch } = take(new Registers(), [
    { at: 0, wh: 999_999_500 },
    { at: 1, wh: 200 },
  ])
  expect(rowsOf(batch)).toEqual([[0, 900, 700, ReadingQuality.valid, 0]])
})

test('a register that falls in the middle of its range was reset: that interval is missing, the next is not', () => {
  const { batch } = take(new Registers(), [
    { at: 0, wh: 400_000 },
    { at: 1, wh: 10 },
    { at: 2, wh: 30 },
  ])
  expect(rowsOf(batch)).toEqual([[1, 900, 20, ReadingQuality.valid, 0]])
})

test('registers of two meters are never subtracted, nor across an exchange that was reported', () => {
  const exchanged = take(new Registers(), [
    { at: 0, wh: 100 },
    { at: 1, wh: 5_000, meter: 8 },
    { at: 2, wh: 5_020, meter: 8 },
  ])
  expect(rowsOf(exchanged.batch)).toEqual([[1, 900, 20, ReadingQuality.valid, 0]])
  const registers = new Registers()
  registers.breakAt(0, T0 + QUARTER / 2)
  const { batch } = take(registers, [
    { at: 0, wh: 100 },
    { at: 1, wh: 5_000 },
    { at: 2, wh: 5_020 },
  ])
  expect(rowsOf(batch)).toEqual([[1, 900, 20, ReadingQuality.valid, 0]])
})

test('a jump that no meter could have drawn is no energy', () => {
  const { batch } = take(new Registers(), [
    { at: 0, wh: 100 },
    { at: 1, wh: 100 + 3_000_000 },
  ])
  expect(batch.length).toBe(0)
})

test('the worse of two qualities is the quality of the difference', () => {
  const { batch } = take(new Registers(), [
    { at: 0, wh: 0, quality: 17 },
    { at: 1, wh: 1, quality: 10 },
  ])
  expect(batch.columns.quality[0]).toBe(10)
})

test('hourly registers are spread at first, and whole hours once they have proved to be the rule', () => {
  const values = Array.from({ length: 17 }, (_, hour) => ({ at: hour * 4, wh: hour * 400 }))
  const rows = rowsOf(take(new Registers(), values).batch)
  expect(rows[0]).toEqual([0, 900, 100, ReadingQuality.derived, FLAG_SPREAD])
  expect(rows.at(-1)).toEqual([60, 3600, 400, ReadingQuality.valid, 0])
})

test('only the last 16 values are remembered; what is older than all of them is told', () => {
  const values = Array.from({ length: 20 }, (_, at) => ({ at, wh: at }))
  const { outcomes } = take(new Registers(), [...values, { at: 3, wh: 3 }, { at: 3.5, wh: 3.2 }, { at: 18.5, wh: 18.5 }])
  expect(outcomes.slice(-3)).toEqual([TOO_OLD, TOO_OLD, TAKEN])
})

test('whatever the order of arrival, the rows in the end are the same', () => {
  const history = fc
    .uniqueArray(fc.nat(40), { minLength: 2, maxLength: 15 })
    .map((quarters) => quarters.toSorted((a, b) => a - b))
    .chain((quarters) =>
      fc.tuple(fc.constant(quarters), fc.array(fc.nat(5000), { minLength: quarters.length, maxLength: quarters.length })),
    )
    .map(([quarters, steps]) =>
      quarters.map((at, index) => ({ at, wh: steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0) })),
    )
  const shuffled = history.chain((values) =>
    fc.tuple(fc.constant(values), fc.shuffledSubarray([...values, ...values], { minLength: values.length * 2 })),
  )
  fc.assert(
    fc.property(shuffled, ([values, arrival]) => {
      const straight = settled(take(new Registers(), values).batch)
      const otherwise = settled(take(new Registers(), arrival).batch)
      expect([...otherwise.keys()]).toEqual([...straight.keys()])
      for (const [start, energy] of straight) expect(otherwise.get(start)).toBeCloseTo(energy, 6)
    }),
    { numRuns: 500 },
  )
})

test('a restored snapshot goes on as if nothing had happened', () => {
  const values = Array.from({ length: 30 }, (_, at) => ({ at, wh: at * at }))
  const before = new Registers()
  take(before, values.slice(0, 17))
  const after = new Registers()
  after.restore(before.snapshot())
  expect(rowsOf(take(after, values.slice(17)).batch)).toEqual(rowsOf(take(before, values.slice(17)).batch))
  expect(() => after.restore(new Uint8Array([1, 2, 3]))).toThrow('not a snapshot')
})
