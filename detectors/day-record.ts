/**
 * What is kept of every day of every usage point: thirteen bytes that later days are compared with. Twenty-seven days,
 * day d in place d mod 27. Powers are 12-bit codes of detectors/slot-code.ts; in the four bits above, the four levels of a
 * day carry its load print (detectors/load-print.ts), and its mean how far its evening stayed below its burst.
 */

import { allocateColumns, type Columns } from '../model/columns.ts'
import { actsLike, isStoppage } from '../model/work-calendar.ts'
import type { DayClock } from './day-clock.ts'
import { WATTS } from './slot-code.ts'

export const RING_DAYS = 27
/** How far back a day may look: one less than the ring holds, for the place of the day after it is not its own past. */
export const LOOK_BACK_DAYS = RING_DAYS - 2

const TYPES = {
  /** Fourth-lowest hour: what runs round the clock, three hours of standstill allowed. */
  floor: Uint16Array,
  /** Second-lowest hour of the seven around solar midnight. */
  night: Uint16Array,
  /** Median of the nine hours around noon. */
  noon: Uint16Array,
  /** Highest level held for three quarters of an hour. */
  burst: Uint16Array,
  mean: Uint16Array,
  /** tan φ × 100 of the lowest night hours, 255 unknown. */
  nightTangent: Uint8Array,
  /** Slots present, with DAY_SUSPECT where a detector called the day suspect; 0 means that there is no record. */
  coverage: Uint8Array,
  /** Half the steps of code from the floor down to the lowest hour. */
  dip: Uint8Array,
  /** Slots at the end of the day that held the level of its last hour: a run may go on into the next day. */
  tail: Uint8Array,
} as const
/** Of `tail` only the day before is looked at: of today, of yesterday while it is judged again, and of the day before that. */
const TAIL_DAYS = 3
const WIDTHS = { ...Object.fromEntries(Object.keys(TYPES).map((name) => [name, RING_DAYS])), tail: TAIL_DAYS }
export const RECORD_BYTES_PER_ROW = 13 * RING_DAYS + TAIL_DAYS

/** The code in a power column, below a piece of the print. */
export const LEVEL = 0xfff
/** Steps of code by which the evening's burst is told to be below the day's: an eighth each. The last stands for all below it. */
const EVENING_STEP = 30
const MOST_EVENING_STEPS = 15

/** In `coverage`: a detector called the day suspect, and no baseline learns from it. */
export const DAY_SUSPECT = 128
/** The slots in `coverage`. */
export const COVERAGE_SLOTS = 127
export const UNKNOWN_TANGENT = 255

/** Days with fewer slots than this are neither suspect nor clear. */
export const JUDGEABLE_SLOTS = 84
/** While fewer days than these are known, a day of which half is says what is usual too: the one known may be a day of rest. */
const FEW_DAYS = 5
const HALF_SLOTS = 48

export interface DayRecord {
  floor: number
  night: number
  noon: number
  burst: number
  /** The burst from evening to morning. */
  evening: number
  mean: number
  nightTangent: number
  coverage: number
  dip: number
  /** Number of swings across half the range, at most 255; of today only. */
  swings: number
  tail: number
  /** detectors/load-print.ts; 0 none. */
  print: number
}

/** Whether a day with this `coverage` says what is usual. */
export function isReference(coverage: number, leastSlots = JUDGEABLE_SLOTS): boolean {
  return coverage >= leastSlots && coverage < DAY_SUSPECT
}

/** What the calendar says of a day and those before it, by how many days ago. */
export interface CalendarDays {
  /** 1 for a day on which works stood still (model/work-calendar.ts), as they do not on the first. */
  readonly apart: Uint8Array
  readonly isAnyApart: boolean
  /** Weekday (day modulo 7) that the day was worked like; −1 unknown. */
  readonly like: Int8Array
}

const LEAST_OTHERS = 4
const NOTHING_APART = new Uint8Array(RING_DAYS)

export type RecordField = 'floor' | 'night' | 'noon' | 'burst' | 'evening' | 'mean'

export class DayRecords {
  readonly columns: Columns<typeof TYPES>
  readonly #clock: DayClock
  /** Of the last days asked for: two are judged in turn. */
  readonly #calendarDays: { day: number; days: CalendarDays }[] = []

  constructor(clock: DayClock, rows: number) {
    this.#clock = clock
    this.columns = allocateColumns(TYPES, rows, WIDTHS)
  }

  /** The calendar as seen from `day`. */
  calendarOf(day: number): CalendarDays {
    const known = this.#calendarDays[day & 3]
    if (known?.day === day) return known.days
    const { calendar } = this.#clock
    const still = isStoppage(calendar, day)
    const apart = Uint8Array.from({ length: RING_DAYS }, (_, back) => (!still && isStoppage(calendar, day - back) ? 1 : 0))
    const days = {
      apart,
      isAnyApart: apart.includes(1),
      like: Int8Array.from({ length: RING_DAYS }, (_, back) => actsLike(calendar, day - back)),
    }
    this.#calendarDays[day & 3] = { day, days }
    return days
  }

  /**
   * 1, by how many days ago, for the days that are no measure for `day`: those of a season in which works stand still,
   * unless the others are suspect: whoever draws such power before and after it is measured by it. An account whose
   * readings begin in that season has no measure yet, and its first days at work become one.
   */
  apartOf(row: number, day: number): Uint8Array {
    const { apart, isAnyApart } = this.calendarOf(day)
    if (!isAnyApart) return apart
    const { coverage } = this.columns
    let others = 0
    let suspects = 0
    for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
      if (apart[back] === 1) continue
      const found = coverage[row * RING_DAYS + ((day - back) % RING_DAYS)]
      if (isReference(found)) others++
      else if (found >= DAY_SUSPECT) suspects++
    }
    return others < LEAST_OTHERS && others + suspects >= LEAST_OTHERS ? NOTHING_APART : apart
  }

  set(row: number, day: number, record: DayRecord, suspect: boolean): void {
    const at = row * RING_DAYS + (day % RING_DAYS)
    const { columns } = this
    columns.floor[at] = record.floor | (record.print & 0xf000)
    columns.night[at] = record.night | ((record.print << 4) & 0xf000)
    columns.noon[at] = record.noon | ((record.print << 8) & 0xf000)
    columns.burst[at] = record.burst | ((record.print << 12) & 0xf000)
    const below = Math.min(MOST_EVENING_STEPS, Math.round((record.burst - record.evening) / EVENING_STEP))
    columns.mean[at] = record.mean | (below << 12)
    columns.nightTangent[at] = record.nightTangent
    columns.coverage[at] = suspect ? record.coverage | DAY_SUSPECT : record.coverage
    columns.dip[at] = record.dip
    columns.tail[row * TAIL_DAYS + (day % TAIL_DAYS)] = record.tail
  }

  /** Means of the days up to and with `day` that are judgeable, oldest first, W. */
  meansUntil(row: number, day: number): (readonly [day: number, meanW: number])[] {
    const { mean, coverage } = this.columns
    const days: (readonly [number, number])[] = []
    for (let back = LOOK_BACK_DAYS - 1; back >= 0; back--) {
      const at = row * RING_DAYS + ((day - back) % RING_DAYS)
      if ((coverage[at] & COVERAGE_SLOTS) >= JUDGEABLE_SLOTS) days.push([day - back, WATTS[mean[at] & LEVEL]])
    }
    return days
  }

  /** Load print of the day in a place, 0 when it has none. */
  printAt(at: number): number {
    const { floor, night, noon, burst } = this.columns
    return (floor[at] & 0xf000) | ((night[at] & 0xf000) >>> 4) | ((noon[at] & 0xf000) >>> 8) | (burst[at] >>> 12)
  }

  /** Slots at the end of a day, one of the last three, that held the level of its last hour. */
  tailOf(row: number, day: number): number {
    return this.columns.tail[row * TAIL_DAYS + (day % TAIL_DAYS)]
  }

  /** Forgets the records of days in (from, to]: places that will mean new days. */
  forget(row: number, from: number, to: number): void {
    const { coverage } = this.columns
    for (let day = Math.max(from + 1, to - RING_DAYS + 1); day <= to; day++) coverage[row * RING_DAYS + (day % RING_DAYS)] = 0
  }
}

/** Median and spread (W) of a field over the days of reference before `day`. */
export interface Reference {
  readonly days: number
  readonly medianW: number
  /** 1.4826 × median absolute deviation: the standard deviation, were it normal. */
  readonly spreadW: number
  readonly maximumW: number
  readonly minimumW: number
  /** The highest but for one odd day among many. */
  readonly ordinaryMaximumW: number
}

export const NO_REFERENCE: Reference = {
  days: 0,
  medianW: Number.NaN,
  spreadW: Number.NaN,
  maximumW: Number.NaN,
  minimumW: Number.NaN,
  ordinaryMaximumW: Number.NaN,
}

/** Days of reference of which one may be odd. */
const ONE_ODD_DAY_IN = 12

const scratch = new Float64Array(RING_DAYS)

/** Over judgeable days before `day` that no detector called suspect, unless those too are asked for, and that the calendar does not set apart. */
export function referenceOf(
  records: DayRecords,
  row: number,
  day: number,
  field: RecordField,
  suspectToo: 0 | typeof DAY_SUSPECT = 0,
): Reference {
  const whole = referenceOver(records, row, day, field, suspectToo, JUDGEABLE_SLOTS)
  return whole.days < FEW_DAYS ? referenceOver(records, row, day, field, suspectToo, HALF_SLOTS) : whole
}

function referenceOver(
  records: DayRecords,
  row: number,
  day: number,
  field: RecordField,
  suspectToo: 0 | typeof DAY_SUSPECT,
  leastSlots: number,
): Reference {
  const { coverage } = records.columns
  const apart = records.apartOf(row, day)
  const isEvening = field === 'evening'
  const values = records.columns[isEvening ? 'burst' : field]
  let days = 0
  let maximumW = 0
  let minimumW = Number.POSITIVE_INFINITY
  let secondW = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    if (apart[back] === 1 || !isReference(coverage[at] & ~suspectToo, leastSlots)) continue
    const level = values[at] & LEVEL
    const watts = WATTS[isEvening ? Math.max(1, level - EVENING_STEP * (records.columns.mean[at] >>> 12)) : level]
    scratch[days++] = watts
    if (watts < minimumW) minimumW = watts
    if (watts > maximumW) {
      secondW = maximumW
      maximumW = watts
    } else if (watts > secondW) secondW = watts
  }
  const ordinaryW = days >= ONE_ODD_DAY_IN ? secondW : maximumW
  if (days === 0) return NO_REFERENCE
  const medianW = medianOfFirst(days)
  for (let i = 0; i < days; i++) scratch[i] = Math.abs(scratch[i] - medianW)
  return { days, medianW, spreadW: 1.4826 * medianOfFirst(days), maximumW, minimumW, ordinaryMaximumW: ordinaryW }
}

function medianOfFirst(length: number): number {
  for (let i = 1; i < length; i++) {
    const value = scratch[i]
    let k = i - 1
    while (k >= 0 && scratch[k] > value) {
      scratch[k + 1] = scratch[k]
      k--
    }
    scratch[k + 1] = value
  }
  const half = length >> 1
  return length & 1 ? scratch[half] : (scratch[half - 1] + scratch[half]) / 2
}
