/**
 * The envelope under a host that goes up and down: the lowest floor of four days in a row. What runs round the clock lifts
 * it and never lets it come down again, however restless the host. It is compared with the same four weekdays of earlier
 * weeks, since a shop has its quiet nights on the same days; and the noons must have risen with the nights.
 */
import { DAY_SUSPECT, type DayRecords, JUDGEABLE_SLOTS, type RecordField, RING_DAYS } from './day-record.ts'
import { WATTS } from './slot-code.ts'

export const ENVELOPE_DAYS = 4
const WEEK = 7

/** By weekday (day modulo 7) of the last of the four days: the highest envelope of earlier weeks and how far they differ, W; −1 unknown. */
export interface FloorEnvelope {
  readonly highestW: readonly number[]
  readonly rangeW: readonly number[]
}

export const NO_ENVELOPE: FloorEnvelope = { highestW: new Array(WEEK).fill(-1), rangeW: new Array(WEEK).fill(-1) }

/** The envelope that ends today, W; NaN unless the three days before can be judged. */
export function envelopeToday(records: DayRecords, row: number, day: number, field: RecordField, todayW: number): number {
  return Math.min(todayW, lowestOf(records, row, field, day - 1, ENVELOPE_DAYS - 1, 0))
}

/** Envelopes of the weeks before `day`, without days that were suspect. */
export function floorEnvelope(records: DayRecords, row: number, day: number, field: RecordField): FloorEnvelope {
  const highestW = new Array<number>(WEEK).fill(-1)
  const rangeW = new Array<number>(WEEK).fill(-1)
  for (let back = 0; back < WEEK; back++) {
    let highest = Number.NEGATIVE_INFINITY
    let lowest = Number.POSITIVE_INFINITY
    let weeks = 0
    for (let last = day - WEEK - back; last - ENVELOPE_DAYS > day - RING_DAYS; last -= WEEK) {
      const envelope = lowestOf(records, row, field, last, ENVELOPE_DAYS, DAY_SUSPECT)
      if (Number.isNaN(envelope)) continue
      weeks++
      highest = Math.max(highest, envelope)
      lowest = Math.min(lowest, envelope)
    }
    if (weeks < 2) continue
    highestW[(day - back) % WEEK] = highest
    rangeW[(day - back) % WEEK] = highest - lowest
  }
  return { highestW, rangeW }
}

/** The lowest floor of `days` days that end with `last`; NaN when one of them is missing or has one of the marks. */
function lowestOf(records: DayRecords, row: number, field: RecordField, last: number, days: number, marksOut: number): number {
  const { coverage, marks } = records.columns
  const values = records.columns[field]
  let lowest = Number.POSITIVE_INFINITY
  for (let day = last; day > last - days; day--) {
    const at = row * RING_DAYS + (day % RING_DAYS)
    if (coverage[at] < JUDGEABLE_SLOTS || marks[at] & marksOut) return Number.NaN
    lowest = Math.min(lowest, WATTS[values[at]])
  }
  return lowest
}
