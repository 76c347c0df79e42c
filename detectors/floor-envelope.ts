/**
 * The envelope under a host that goes up and down: the lowest value of four days in a row. What runs round the clock lifts
 * it and never lets it come down again, however restless the host. It is compared with every four days in a row of the
 * weeks before, quiet weekends among them; noons, which a weekend lowers, are compared by weekday: a holiday by the day of
 * rest, a make-up working day (调休) by a working day. A stop of works (Spring Festival) is no measure for what follows it.
 */
import {
  COVERAGE_SLOTS,
  type DayRecord,
  type DayRecords,
  isReference,
  JUDGEABLE_SLOTS,
  LEVEL,
  LOOK_BACK_DAYS,
  RING_DAYS,
} from './day-record.ts'
import { WATTS } from './slot-code.ts'

export const ENVELOPE_DAYS = 4
const WEEK = 7
const LEAST_WINDOWS = 10

/** What an envelope is of: the lowest hour of the day, or the night. */
export type EnvelopeOf = 'least' | 'night'

/** Envelopes of the days of reference: their median, the highest, and how far they differ, W; NaN unknown. */
export interface FloorEnvelope {
  readonly medianW: number
  readonly highestW: number
  readonly rangeW: number
}

export const NO_ENVELOPE: FloorEnvelope = { medianW: Number.NaN, highestW: Number.NaN, rangeW: Number.NaN }

/** Code of the lowest hour of a day. */
export function leastOf({ floor, dip }: Pick<DayRecord, 'floor' | 'dip'>): number {
  return Math.max(1, floor - 2 * dip)
}

/** The envelope that ends with `record`, today, W; NaN unless the three days before can be judged. */
export function envelopeToday(
  records: DayRecords,
  row: number,
  day: number,
  of: EnvelopeOf,
  record: Readonly<DayRecord>,
): number {
  const today = of === 'least' ? leastOf(record) : record[of]
  return Math.min(WATTS[today], lowestOf(records, row, of, day - 1, ENVELOPE_DAYS - 1, null))
}

/** Over the windows that end before the one of `day` begins, without days that were suspect: ten of them at least. */
export function floorEnvelope(records: DayRecords, row: number, day: number, of: EnvelopeOf): FloorEnvelope {
  const apart = records.apartOf(row, day)
  let windows = 0
  for (let last = day - ENVELOPE_DAYS; last - ENVELOPE_DAYS >= day - LOOK_BACK_DAYS; last--) {
    const envelope = lowestOf(records, row, of, last, ENVELOPE_DAYS, apart.subarray(day - last))
    if (!Number.isNaN(envelope)) scratch[windows++] = envelope
  }
  if (windows < LEAST_WINDOWS) return NO_ENVELOPE
  const sorted = scratch.subarray(0, windows).sort()
  const highestW = sorted[windows - 1]
  return { medianW: sorted[windows >> 1], highestW, rangeW: highestW - sorted[0] }
}

const scratch = new Float64Array(RING_DAYS)

/** The lowest of `days` days that end with `last`; NaN when one of them is missing, or, of days of reference, suspect or set `apart` (by days before `last`). */
function lowestOf(
  records: DayRecords,
  row: number,
  of: EnvelopeOf,
  last: number,
  days: number,
  apart: Uint8Array | null,
): number {
  const { coverage, floor, dip } = records.columns
  const values = of === 'least' ? floor : records.columns[of]
  let lowest = 0xffff
  for (let day = last; day > last - days; day--) {
    const at = row * RING_DAYS + (day % RING_DAYS)
    const unfit =
      apart === null ? (coverage[at] & COVERAGE_SLOTS) < JUDGEABLE_SLOTS : apart[last - day] === 1 || !isReference(coverage[at])
    if (unfit) return Number.NaN
    lowest = Math.min(lowest, (values[at] & LEVEL) - (of === 'least' ? 2 * dip[at] : 0))
  }
  return WATTS[Math.max(1, lowest)]
}

/** Mean noon by the weekday (day modulo 7) that a day was worked like, W, of the days of reference before `day`; −1 unknown. */
export function noonsByWeekday(records: DayRecords, row: number, day: number): number[] {
  const { coverage, noon } = records.columns
  const { like } = records.calendarOf(day)
  const apart = records.apartOf(row, day)
  const sums = new Array<number>(WEEK).fill(0)
  const days = new Array<number>(WEEK).fill(0)
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    const weekday = like[back]
    if (weekday < 0 || apart[back] === 1 || !isReference(coverage[at])) continue
    sums[weekday] += WATTS[noon[at] & LEVEL]
    days[weekday]++
  }
  return sums.map((sum, weekday) => (days[weekday] > 0 ? sum / days[weekday] : -1))
}

/** Noons of the last days, `record`'s, today's, first, W; NaN where a day cannot be judged. */
export function lastNoons(records: DayRecords, row: number, day: number, record: Readonly<DayRecord>): number[] {
  const { coverage, noon } = records.columns
  return Array.from({ length: ENVELOPE_DAYS }, (_, back) => {
    if (back === 0) return WATTS[record.noon]
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    return (coverage[at] & COVERAGE_SLOTS) < JUDGEABLE_SLOTS ? Number.NaN : WATTS[noon[at] & LEVEL]
  })
}

/** By how much the noons of the last `days` days stand above those of days worked like them before, W; NaN when it cannot be told. */
export function noonRise(noons: readonly number[], like: Int8Array, usual: readonly number[], days = ENVELOPE_DAYS): number {
  let sum = 0
  let told = 0
  for (let back = 0; back < days; back++) {
    const usualW = usual[like[back]] ?? -1
    if (usualW < 0 || Number.isNaN(noons[back])) continue
    sum += noons[back] - usualW
    told++
  }
  return told > 0 ? sum / told : Number.NaN
}
