/**
 * Spread days: what a register rose by over a gap is known, when in the gap it was drawn is not, so it is spread evenly
 * (ingest/registers.ts). Three such days of a busy host look like a load that runs round the clock, or at night. So a day most of which
 * is spread is only compared with days of its kind: a meter of which nothing but a daily register is read has only such
 * days and is judged by them; to a meter whose hours are known they are neither suspect nor clear, and are no reference.
 * In the balance of its area such a meter is missing on a day that is spread as a whole, as it was while it was silent.
 */
import { COVERAGE_SLOTS, type DayRecord, type DayRecords, JUDGEABLE_SLOTS, LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'

/** In `coverage`, for the number of slots: a whole day of which most is spread. */
const SPREAD_DAY = 97
const SPREAD_RANK = 1
/** The day before may still change. */
const SETTLED_BACK = 2

/** How many slots are spread, by their marks (detectors/interval-window.ts). */
export function spreadSlots(marks: Uint8Array): number {
  let spread = 0
  for (let slot = 0; slot < marks.length; slot++) if (marks[slot] >>> 5 === SPREAD_RANK) spread++
  return spread
}

/** Whether hours of the row were known on any day before. */
function knowsHours({ columns: { coverage } }: DayRecords, row: number, day: number): boolean {
  for (let back = SETTLED_BACK; back <= LOOK_BACK_DAYS; back++) {
    const slots = coverage[row * RING_DAYS + ((day - back) % RING_DAYS)] & COVERAGE_SLOTS
    if (slots >= JUDGEABLE_SLOTS && slots !== SPREAD_DAY) return true
  }
  return false
}

/** Whether a day of a meter whose hours are known is spread as a whole: nobody can say what it drew when. */
export function isShapeless(records: DayRecords, row: number, day: number, marks: Uint8Array): boolean {
  return spreadSlots(marks) >= JUDGEABLE_SLOTS && knowsHours(records, row, day)
}

/** Sets the coverage of a closed day of which `spread` slots are spread, and forgets spread days once hours are known. */
export function holdSpread(records: DayRecords, row: number, day: number, record: DayRecord, spread: number): void {
  if (record.coverage < JUDGEABLE_SLOTS) return
  if (record.coverage - spread < JUDGEABLE_SLOTS) {
    record.coverage = knowsHours(records, row, day) ? JUDGEABLE_SLOTS - 1 : SPREAD_DAY
    return
  }
  const { coverage } = records.columns
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    if ((coverage[at] & COVERAGE_SLOTS) === SPREAD_DAY) coverage[at] = 0
  }
}
