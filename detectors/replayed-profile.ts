/**
 * Replayed profile: days that equal earlier days of the same meter in every number that is kept of them, two and more in
 * a row at one distance — a recorded day sent again and again, or last week sent as this week. Loads of people and
 * weather never come back: days that agree in one number to its resolution (0.4 %) are common, two in a row that agree in
 * all of them (and vary by the hour) were met not once in 52,000 pairs of days of real loads, and once in nine million of
 * simulated counties: by a machine that only starts and stops. So the meter's own days are asked how often they agree.
 * Days moved by hours, and nights put back between days of their own, agree in none of these numbers: they are told by
 * hours that were there before, at whatever time (detectors/load-print.ts), on three days of twelve after days that had
 * nothing in common, so not within the first twenty days.
 * Loads that are the same every day by nature — nothing, a constant, a lamp on a timer — do not count: the day itself
 * must vary. Nor do days that the head end estimated by an earlier one and said so. Cannot see: pieces under three hours,
 * recordings older than 25 days that come once, and a replay that is scaled or has noise added.
 */
import { z } from 'zod'
import { SLOTS } from './day-clock.ts'
import type { DayDetector, DayFinding, DayView } from './day-detector.ts'
import { COVERAGE_SLOTS, type DayRecord, type DayRecords, LEVEL, LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'

export const ReplayedProfileConfig = z.strictObject({
  /** Days of a smaller mean power (W) are not looked at. */
  leastW: z.number().positive().default(100),
  /** Different levels that a day must have had to be told from another. */
  levels: z.int().positive().max(96).default(12),
  /** …and slots that differ from the one before. */
  changes: z.int().positive().max(95).default(40),
  /** Spread of the usual days' means, as a share of them, below which every day is like the other. */
  restlessness: z.number().nonnegative().default(0.02),
})
type Config = z.output<typeof ReplayedProfileConfig>

/** Slots that must be there, and measured. */
const WHOLE = 92
/** Steps of code from floor to highest held level that a day must span: 1.8 times. */
const SPAN = 150
/** Days in a row that must have come back. */
const RUN = 2
/** Hours that a finding speaks of: of whole days, of pieces of them. */
const WHOLE_HOURS = 24
const PIECE_HOURS = 3
/** Days, of so many with today, on which hours must have come back: by chance that is once in 300 million days. */
const PIECE_DAYS = 3
const PIECES_WITHIN = 12
/** Earlier days that must be known to be different. */
const LEAST_PRINTED = 8

/** Whether the mean of the hours of findings says that pieces of days came back, not days. */
export function isOfPieces(hours: number): boolean {
  return hours < WHOLE_HOURS
}

export function replayedProfile(config: Config): DayDetector {
  return {
    name: 'replayed-profile',
    aside: true,
    judge(view: DayView): DayFinding | null {
      const { watts, meanW, swings, usual } = view
      if (meanW < config.leastW) return null
      const { repeats, pieceOf } = view
      if ((repeats === null && pieceOf === null) || !varies(watts, config)) return null
      // where one day is much like the other anyway, that two agree says nothing
      const isWhole = repeats !== null && usual.mean.spreadW >= config.restlessness * usual.mean.medianW
      if (!isWhole && pieceOf === null) return null
      return {
        detector: 'replayed-profile',
        startSlot: 0,
        endSlot: SLOTS,
        hours: isWhole ? WHOLE_HOURS : PIECE_HOURS,
        powerW: meanW,
        energyWh: meanW * 24,
        flatness: 0,
        tangent: Number.NaN,
        swings,
        lift: Number.NaN,
        surprise: (isWhole ? repeats : pieceOf) ?? 1,
        usualW: meanW,
        daysSeen: isWhole ? RUN : PIECE_DAYS,
      }
    },
  }
}

/** How many days ago this day and the one before it were before; null when they were not. `measured`: slots that are no estimates. */
export function repeatsOf(records: DayRecords, row: number, day: number, today: DayRecord, measured: number): number | null {
  if (today.coverage < WHOLE || measured < WHOLE || today.burst - today.floor < SPAN) return null
  for (let back = 1; back < LOOK_BACK_DAYS - RUN; back++) {
    if (!mayRepeat(records, row, day - back, today.mean, today.burst, today.floor)) continue
    if (!equalsToday(records, row, day - back, today) || !equalDays(records, row, day - 1, day - 1 - back)) continue
    return isRare(records, row, day, today) ? back : null
  }
  return null
}

/**
 * Whether this meter's days differ so much that one comes back by chance once in a thousand times at most: its numbers
 * are compared with those of the days before that do not come back. A machine that only starts and stops has few of them.
 */
function isRare(records: DayRecords, row: number, day: number, today: DayRecord): boolean {
  const { columns } = records
  agreeing.fill(0)
  let others = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = placeOf(row, day - back)
    if (!isWhole(columns.coverage[at]) || equalsToday(records, row, day - back, today)) continue
    others++
    LEVELS.forEach((field, index) => {
      if (near(columns[field][at] & LEVEL, today[field])) agreeing[index]++
    })
  }
  // a loop of weeks leaves nothing to compare with; what was usual before it decides then
  if (others < LEAST_OTHERS) return true
  let chance = 1
  for (const agree of agreeing) chance *= (agree + 1) / (others + 1)
  return chance <= MOST_CHANCE
}

const LEVELS = ['mean', 'burst', 'floor', 'night', 'noon'] as const
const agreeing = new Float64Array(LEVELS.length)
const LEAST_OTHERS = 5
const MOST_CHANCE = 1e-3

/**
 * How many days ago the hours that came back last were; null unless that happened on three days of the last twelve, and,
 * while it is not `known`, not in the days before: a machine with a period of its own has always been like that. `print`: today's.
 */
export function pieceOf(records: DayRecords, row: number, day: number, print: number, known: boolean): number | null {
  let last = 0
  let days = 0
  for (let back = 0; back < PIECES_WITHIN; back++) {
    const before = printedBefore(records, row, day, back, back === 0 ? print : printOn(records, row, day - back))
    if (before === 0) continue
    days++
    if (last === 0) last = before - back
  }
  return days >= PIECE_DAYS && (known || wasVaried(records, row, day)) ? last : null
}

/** Whether no two of the days before the last twelve had hours in common. */
function wasVaried(records: DayRecords, row: number, day: number): boolean {
  const prints: number[] = []
  for (let back = PIECES_WITHIN; back <= LOOK_BACK_DAYS; back++) {
    const print = printOn(records, row, day - back)
    if (print !== 0) prints.push(print)
  }
  return prints.length >= LEAST_PRINTED && new Set(prints).size === prints.length
}

/** Whether hours of today, by their print, were there before: quick, and once in 2,600 days true by chance. */
export function hasPiece(records: DayRecords, row: number, day: number, print: number): boolean {
  return printedBefore(records, row, day, 0, print) > 0
}

/** How many days before `day` a day before the one `back` days before it had this print; 0 when none. */
function printedBefore(records: DayRecords, row: number, day: number, back: number, print: number): number {
  if (print === 0) return 0
  for (let before = back + 1; before <= LOOK_BACK_DAYS; before++) if (printOn(records, row, day - before) === print) return before
  return 0
}

function printOn(records: DayRecords, row: number, day: number): number {
  const at = placeOf(row, day)
  return records.columns.coverage[at] > 0 ? records.printAt(at) : 0
}

/** Whether an earlier day has these numbers: quick, and true more often than a repetition is. */
export function hasTwin(records: DayRecords, row: number, day: number, mean: number, burst: number, floor: number): boolean {
  if (burst - floor < SPAN) return false
  for (let back = 1; back < LOOK_BACK_DAYS - RUN; back++) if (mayRepeat(records, row, day - back, mean, burst, floor)) return true
  return false
}

function mayRepeat({ columns }: DayRecords, row: number, day: number, mean: number, burst: number, floor: number): boolean {
  const at = placeOf(row, day)
  return (
    near(columns.mean[at] & LEVEL, mean) &&
    near(columns.burst[at] & LEVEL, burst) &&
    near(columns.floor[at] & LEVEL, floor) &&
    isWhole(columns.coverage[at])
  )
}

function equalsToday({ columns }: DayRecords, row: number, day: number, today: DayRecord): boolean {
  const at = placeOf(row, day)
  for (const field of FIELDS) if (!near(columns[field][at] & LEVEL, today[field])) return false
  return true
}

function equalDays({ columns }: DayRecords, row: number, a: number, b: number): boolean {
  const at = placeOf(row, a)
  const other = placeOf(row, b)
  if (!isWhole(columns.coverage[at]) || !isWhole(columns.coverage[other])) return false
  for (const field of FIELDS) if (!near(columns[field][at] & LEVEL, columns[field][other] & LEVEL)) return false
  return true
}

/** A slot that was lost of one of them moves a mean by a step. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1
}

const FIELDS = ['mean', 'burst', 'floor', 'night', 'noon', 'dip', 'nightTangent'] as const satisfies readonly (keyof DayRecord)[]

function isWhole(coverage: number): boolean {
  return (coverage & COVERAGE_SLOTS) >= WHOLE
}

function placeOf(row: number, day: number): number {
  return row * RING_DAYS + (day % RING_DAYS)
}

function varies(watts: Float64Array, config: Config): boolean {
  const levels = new Set<number>()
  let changes = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    if (Number.isNaN(watts[slot])) continue
    levels.add(watts[slot])
    if (slot > 0 && watts[slot] !== watts[slot - 1]) changes++
  }
  return levels.size >= config.levels && changes >= config.changes
}
