/**
 * How many days a load must have been seen before it is told, and how many until time speaks for it: by detector, host and
 * size. What innocent neighbours of a route last, it must outlast.
 */
import type { Episode, Standing } from './episode.ts'
import { isMotor } from './power-factor.ts'
import type { Subject } from './subject.ts'
import { TAMPER_LEAST_DAYS } from './weigh-tampering.ts'

/** Days on which something must have been found before an alert is raised. */
const LEAST_SEEN_DAYS: Readonly<Record<string, number>> = {
  'flat-load': 2,
  'night-surge': 3,
  'long-run': 3,
  surplus: 3,
  'furnace-burst': 4,
  'dead-account': 1,
  ...TAMPER_LEAST_DAYS,
}

/** Days below which time speaks against a load, little, and for it. */
const DAYS_WANTED: Readonly<Record<string, readonly number[]>> = {
  'flat-load': [2, 3, 5],
  'night-surge': [3, 5, 8],
  'long-run': [3, 5, 10],
  surplus: [3, 4, 6],
  'furnace-burst': [4, 6, 9],
}

/** A wedding or a funeral lasts two to four days, and two may follow each other. */
const FEAST_DAYS = [6, 8, 11] as const
/** A floor of this many kilowatts in a home is that of a meter that counts ten times too much, as often as a pump; the days that follow tell. */
const SLIGHT_FLOOR_W = 3_000
const SLIGHT_FLOOR_DAYS = [4, 5, 7] as const
/** …a day sooner for a motor's: a plant may begin with its smallest. */
const SLIGHT_MOTOR_DAYS = [3, 4, 6] as const

export function leastSeenDays(subject: Subject, episode: Episode, standing: Standing): number {
  return waitedOut(subject, episode, standing)?.[0] ?? LEAST_SEEN_DAYS[episode.detector] ?? 2
}

/** Days below which time speaks against it, little, and for it. */
export function daysWanted(subject: Subject, episode: Episode, standing: Standing): readonly number[] {
  if (idleHost(subject, episode)) return subject.category === 'agricultural' ? [3, 4, 6] : [4, 5, 7]
  if (episode.detector === 'flat-load' && isBusyHost(subject, episode)) return [3, 4, 5]
  return waitedOut(subject, episode, standing) ?? DAYS_WANTED[episode.detector] ?? [2, 3, 5]
}

/** Days wanted of what may be a feast or a wrong multiplier, null for anything else. */
function waitedOut(subject: Subject, { detector }: Episode, standing: Standing): readonly number[] | null {
  if (detector === 'long-run' && !isMotor(standing)) return FEAST_DAYS
  const isSlight = detector === 'flat-load' && subject.category === 'residential' && standing.levelW < SLIGHT_FLOOR_W
  if (!isSlight) return null
  return isMotor(standing) ? SLIGHT_MOTOR_DAYS : SLIGHT_FLOOR_DAYS
}

/** A works or shop whose own machines stand at kilowatts: a weekend on another footing lasts two days. */
export function isBusyHost(subject: Subject, episode: Episode): boolean {
  return subject.kind === 'usage-point' && subject.category !== 'residential' && episode.usual.floor.medianW > 1_000
}

/** An account that drew next to nothing until its season came: a barn, a pump, a works' second supply. */
export function idleHost(subject: Subject, episode: Episode): boolean {
  return subject.kind === 'usage-point' && subject.category !== 'residential' && episode.usual.mean.medianW < 250
}
