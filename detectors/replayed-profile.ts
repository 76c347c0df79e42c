/**
 * Replayed profile: days that equal earlier days of the same meter in every number that is kept of them, two and more in
 * a row at one distance — a recorded day sent again and again, or last week sent as this week. Loads of people and
 * weather never come back: days that agree in one number to its resolution (0.4 %) are common, two in a row that agree in
 * all of them (and vary by the hour) were met not once in 52,000 pairs of days of real loads, and once in nine million of
 * simulated counties: by a machine that only starts and stops. So the meter's own days are asked how often they agree.
 * Loads that are the same every day by nature — nothing, a constant, a lamp on a timer — do not count: the day itself
 * must vary. Nor do days that the head end estimated by an earlier one and said so. Cannot see: a replay cut off from
 * the day's bounds by part of a day that is not a loop, and one with noise added.
 */
import { z } from 'zod'
import { SLOTS } from './day-clock.ts'
import type { DayDetector, DayFinding, DayView } from './day-detector.ts'
import { COVERAGE_SLOTS, type DayRecord, type DayRecords, LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'

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

export function replayedProfile(config: Config): DayDetector {
  return {
    name: 'replayed-profile',
    aside: true,
    judge({ watts, meanW, repeats, swings, usual }: DayView): DayFinding | null {
      if (repeats === null || meanW < config.leastW || !varies(watts, config)) return null
      // where one day is much like the other anyway, that two agree says nothing
      if (!(usual.mean.spreadW >= config.restlessness * usual.mean.medianW)) return null
      return {
        detector: 'replayed-profile',
        startSlot: 0,
        endSlot: SLOTS,
        hours: 24,
        powerW: meanW,
        energyWh: meanW * 24,
        flatness: 0,
        tangent: Number.NaN,
        swings,
        lift: Number.NaN,
        surprise: repeats,
        usualW: meanW,
        daysSeen: RUN,
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
      if (near(columns[field][at], today[field])) agreeing[index]++
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

/** Whether an earlier day has these numbers: quick, and true more often than a repetition is. */
export function hasTwin(records: DayRecords, row: number, day: number, mean: number, burst: number, floor: number): boolean {
  if (burst - floor < SPAN) return false
  for (let back = 1; back < LOOK_BACK_DAYS - RUN; back++) if (mayRepeat(records, row, day - back, mean, burst, floor)) return true
  return false
}

function mayRepeat({ columns }: DayRecords, row: number, day: number, mean: number, burst: number, floor: number): boolean {
  const at = placeOf(row, day)
  return (
    near(columns.mean[at], mean) &&
    near(columns.burst[at], burst) &&
    near(columns.floor[at], floor) &&
    isWhole(columns.coverage[at])
  )
}

function equalsToday({ columns }: DayRecords, row: number, day: number, today: DayRecord): boolean {
  const at = placeOf(row, day)
  for (const field of FIELDS) if (!near(columns[field][at], today[field])) return false
  return true
}

function equalDays({ columns }: DayRecords, row: number, a: number, b: number): boolean {
  const at = placeOf(row, a)
  const other = placeOf(row, b)
  if (!isWhole(columns.coverage[at]) || !isWhole(columns.coverage[other])) return false
  for (const field of FIELDS) if (!near(columns[field][at], columns[field][other])) return false
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
