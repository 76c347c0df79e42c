/**
 * Part counted: after an exchange with a wrong multiplier a meter counts a half or a tenth in every hour alike, and what it
 * leaves out rises in the remainder of its area though nothing more is drawn. Looked for only when a remainder has risen: a
 * member whose levels all fell by one plausible ratio, where what it leaves uncounted (the ratio less one times what it counts)
 * is what the remainder rose by. From then on the remainder is expected to follow the member day by day; when it does
 * not on three days in a row, something else is drawn past the meters. A meter that was ten times too high and is mended falls in
 * the same way. Cannot tell: a wrong multiplier from a shunt that leads the same share past the meter all day; what the
 * meter reported tells (detectors/innocent-explanations.ts). Nor several members that each count a part.
 */
import { REMAINDER_OFFSET_W } from './area-balance.ts'
import { meanOf } from './day-detector.ts'
import type { Episode } from './episode.ts'
import type { MemberLevels } from './member-levels.ts'
import { fallenFactor, ratiosNear } from './multiplier.ts'

export interface PartCounted {
  /** Usage point, by row and name. */
  readonly row: number
  readonly id: string
  /** What is drawn over what is counted. */
  readonly ratio: number
  /** What it left uncounted on the last suspect day, W. */
  readonly missingW: number
  /** Suspect days on which the remainder rose by that, with the member's shape and without it. */
  readonly agreeingDays: number
  readonly shapelessDays: number
  /** Suspect days in a row, up to the last, on which it rose by clearly more or less. */
  readonly apartDays: number
}

/** Days after which a member that fell on the first is compared with what it fell to. */
const SEARCH_DAYS = 10
/** Levels tell the ratio to about a third. */
const LEVELS_SLACK = 1.4
/** The remainder must agree with the ratio to this share of its rise, and this (W): loss, and the day of the exchange. */
const AGREES = 0.2
const AGREES_W = 450
/** Once the ratio is known the remainder may differ from what the member leaves out by this share, and this (W)… */
const APART = 0.3
const APART_W = 1_200
/** …on fewer suspect days in a row than these, and than those on which it agreed. */
const APART_DAYS = 3
/** A member that varies by less than this share of its mean has no shape to be known by. */
const FLAT = 0.1
/** The remainder must go along with the member by more than half: 1 when the member counts a part, 0 when the two have nothing to do with each other. */
const HALF = 0.5
/** A usual remainder below this was cut off at nothing: how far it rose is not known. */
const CUT_OFF_W = 0.25 * REMAINDER_OFFSET_W

export function isExplained({ agreeingDays, shapelessDays, apartDays }: PartCounted): boolean {
  return apartDays < Math.min(APART_DAYS, agreeingDays) && shapelessDays <= agreeingDays
}

/** The episode with the usage points of its parts told by other row numbers. */
export function withPartRows(episode: Episode, rowOf: (row: number) => number): Episode {
  const again = (part: PartCounted | null) => part && { ...part, row: rowOf(part.row) }
  const standings = episode.standings.map((standing) => ({ ...standing, part: again(standing.part) }))
  return { ...episode, part: again(episode.part), standings }
}

/** What a day of an area has, W by slot. */
export interface PartDay {
  readonly meanW: number
  readonly remainder: Float64Array
  members(): Iterable<MemberLevels>
  /** Of one member, NaN where missing; the array is used again. */
  counted(row: number): Float64Array
}

/** The episode of an area's remainder after a suspect day. */
export function withPart(episode: Episode, day: PartDay): Episode {
  const usualW = episode.usual.mean.medianW
  const risenW = day.meanW - usualW
  const rise = { risenW, cutOff: usualW < CUT_OFF_W, mended: usualW < REMAINDER_OFFSET_W - HALF * risenW }
  const part = episode.part === null ? findPart(episode, day, rise) : followed(episode.part, day, rise)
  if (part === null) return episode
  const standings = episode.standings.map((standing, i) =>
    i === episode.standings.length - 1 ? { ...standing, part } : standing,
  )
  return { ...episode, part, standings }
}

interface Rise {
  readonly risenW: number
  readonly cutOff: boolean
  /** It was less than nothing before: a member counted too much, and it is the usual remainder that had its shape. */
  readonly mended: boolean
}

/** Whether the remainder did on a further day what the member leaves out. */
function followed(part: PartCounted, { remainder, counted }: PartDay, { risenW, cutOff, mended }: Rise): PartCounted {
  const watts = counted(part.row)
  const missingW = (part.ratio - 1) * meanOf(watts)
  if (Number.isNaN(missingW)) return part
  const least = Math.min(risenW, missingW)
  const near = (cutOff && missingW > risenW) || Math.abs(risenW - missingW) <= APART * least + APART_W
  if (!near) return { ...part, missingW, apartDays: part.apartDays + 1 }
  return mended || hasShape(remainder, watts, part.ratio)
    ? { ...part, missingW, agreeingDays: part.agreeingDays + 1, apartDays: 0 }
    : { ...part, missingW, shapelessDays: part.shapelessDays + 1, apartDays: 0 }
}

/** The member whose fall agrees best with the rise. */
function findPart(
  { sums }: Episode,
  { remainder, members, counted }: PartDay,
  { risenW, cutOff, mended }: Rise,
): PartCounted | null {
  if (sums.hotDays > SEARCH_DAYS) return null
  let best: PartCounted | null = null
  let leastW = Math.max(AGREES * risenW, AGREES_W)
  for (const member of members()) {
    // at a glance: what it lost may be the rise
    if (member.usual.mean.medianW - member.meanW < 0.5 * risenW) continue
    const factor = fallenFactor(member)
    if (Number.isNaN(factor)) continue
    for (const ratio of ratiosNear(1 / factor, LEVELS_SLACK)) {
      const missingW = (ratio - 1) * member.meanW
      const awayW = cutOff && missingW > risenW ? 0 : Math.abs(missingW - risenW)
      if (awayW > leastW || !(mended || hasShape(remainder, counted(member.row), ratio))) continue
      leastW = awayW
      best = { row: member.row, id: member.id, ratio, missingW, agreeingDays: 1, shapelessDays: 0, apartDays: 0 }
    }
  }
  return best
}

/** What the member leaves out goes up and down with what it counts, and the remainder with it; a flat member cannot be told so. */
function hasShape(remainder: Float64Array, counted: Float64Array, ratio: number): boolean {
  const countedW = meanOf(counted)
  const remainderW = meanOf(remainder)
  let variance = 0
  let covariance = 0
  let slots = 0
  for (let slot = 0; slot < counted.length; slot++) {
    const away = counted[slot] - countedW
    const apart = remainder[slot] - remainderW
    if (Number.isNaN(away) || Number.isNaN(apart)) continue
    variance += ((ratio - 1) * away) ** 2
    covariance += (ratio - 1) * away * apart
    slots++
  }
  return Math.sqrt(variance / slots) < FLAT * (ratio - 1) * countedW || covariance >= HALF * variance
}
