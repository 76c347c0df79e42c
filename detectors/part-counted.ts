/**
 * Part counted: after an exchange with a wrong multiplier a meter counts a half or a tenth in every hour alike, and what it
 * leaves out rises in the remainder of its area though nothing more is drawn. Looked for only when a remainder has risen: a
 * member whose levels all fell by one plausible ratio, where what it leaves uncounted (the ratio less one times what it counts)
 * is what the remainder rose by. From then on the remainder is expected to follow the member day by day; what stays above
 * that on three days in a row is drawn past the meters all the same. A meter that was ten times too high and is mended falls in
 * the same way. Cannot tell: a wrong multiplier from a shunt that leads the same share past the meter all day; what the
 * meter reported tells (detectors/innocent-explanations.ts). Nor several members that each count a part.
 */
import { REMAINDER_OFFSET_W } from './area-balance.ts'
import { type DayRecord, type DayRecords, referenceOf } from './day-record.ts'
import type { Episode } from './episode.ts'
import { fallenFactor, type Levels, ratiosNear } from './multiplier.ts'
import { WATTS } from './slot-code.ts'

export interface PartCounted {
  /** Usage point, by row and name. */
  readonly row: number
  readonly id: string
  /** What is drawn over what is counted. */
  readonly ratio: number
  /** What it left uncounted on the last suspect day, W. */
  readonly missingW: number
  /** Suspect days in a row, up to the last, on which clearly more was drawn past the meters. */
  readonly beyondDays: number
}

/** Levels of one member on the day, against what was usual before it. */
export interface MemberLevels extends Levels {
  readonly row: number
  readonly id: string
}

/** Days after which a member that fell on the first is compared with what it fell to. */
const SEARCH_DAYS = 10
/** Levels tell the ratio to about a third. */
const LEVELS_SLACK = 1.4
/** The remainder must agree with the ratio to this share of its rise, and this (W): loss, and the day of the exchange. */
const AGREES = 0.2
const AGREES_W = 450
/** Beyond what the member leaves out this share of it, and this (W), is a matter of its own. */
const BEYOND = 0.3
const BEYOND_W = 1_200
/** Suspect days in a row that make it one. */
const BEYOND_DAYS = 3
/** A usual remainder below this was cut off at nothing: how far it rose is not known. */
const CUT_OFF_W = 0.25 * REMAINDER_OFFSET_W

export function isExplained({ beyondDays }: PartCounted): boolean {
  return beyondDays < BEYOND_DAYS
}

/** The episode of an area's remainder after a suspect day of mean `meanW`; `members` and `countedW` (mean of one of them) are asked for when needed. */
export function withPart(
  episode: Episode,
  meanW: number,
  members: () => Iterable<MemberLevels>,
  countedW: (row: number) => number,
): Episode {
  const usualW = episode.usual.mean.medianW
  const risenW = meanW - usualW
  const cutOff = usualW < CUT_OFF_W
  let part: PartCounted | null = episode.part
  if (part !== null) {
    const missingW = (part.ratio - 1) * countedW(part.row)
    if (Number.isNaN(missingW)) return episode
    const beyond = risenW > (1 + BEYOND) * missingW + BEYOND_W
    part = { ...part, missingW, beyondDays: beyond ? part.beyondDays + 1 : 0 }
  } else if (episode.sums.hotDays <= SEARCH_DAYS) part = findPart(members(), risenW, cutOff)
  if (part === null) return episode
  const standings = episode.standings.map((standing, i) =>
    i === episode.standings.length - 1 ? { ...standing, part } : standing,
  )
  return { ...episode, part, standings }
}

/** The member whose fall agrees best with the rise. */
function findPart(members: Iterable<MemberLevels>, risenW: number, cutOff: boolean): PartCounted | null {
  let best: PartCounted | null = null
  let leastW = Math.max(AGREES * risenW, AGREES_W)
  for (const member of members) {
    // at a glance: what it lost may be the rise
    if (member.usual.mean.medianW - member.meanW < 0.5 * risenW) continue
    const factor = fallenFactor(member)
    if (Number.isNaN(factor)) continue
    for (const ratio of ratiosNear(1 / factor, LEVELS_SLACK)) {
      const missingW = (ratio - 1) * member.meanW
      const awayW = cutOff && missingW > risenW ? 0 : Math.abs(missingW - risenW)
      if (awayW > leastW) continue
      leastW = awayW
      best = { row: member.row, id: member.id, ratio, missingW, beyondDays: 0 }
    }
  }
  return best
}

export function levelsOf({ floor, night, noon, mean, burst }: DayRecord): Omit<Levels, 'usual'> {
  return { floorW: WATTS[floor], nightW: WATTS[night], noonW: WATTS[noon], meanW: WATTS[mean], burstW: WATTS[burst] }
}

export function usualLevels(records: DayRecords, row: number, day: number): Levels['usual'] {
  return {
    floor: referenceOf(records, row, day, 'floor'),
    night: referenceOf(records, row, day, 'night'),
    noon: referenceOf(records, row, day, 'noon'),
    mean: referenceOf(records, row, day, 'mean'),
    burst: referenceOf(records, row, day, 'burst'),
  }
}
