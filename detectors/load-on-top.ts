/**
 * A load on top of a load: the remainder of an area has long been higher by a steady load, and now another is added.
 * Measured from what was usual before the first, the second would only move the first one's mean, and be told late or
 * never: whoever knows what the first is (a meter that counts a part, a line that loses more) must hear of the second by
 * itself. It is judged from a level that has the first in it. Own derivation: loads add.
 */
import type { Usual } from './day-detector.ts'
import type { Reference } from './day-record.ts'
import type { Episode, Standing } from './episode.ts'
import type { FloorEnvelope } from './floor-envelope.ts'

/** Suspect days of the first, after which its level is known. */
const LEVEL_DAYS = 5
/** …of the days since it began: what comes and goes has no level to stand on. */
const STANDING_SHARE = 0.9

/** What is usual with the first load in it; null while that is not known. */
export function usualWithLoad({ detector, usual, sums, standings }: Episode): Usual | null {
  const last = standings.at(-1)
  if (last === undefined || last.meanRiseW === null) return null
  if (sums.hotDays < LEVEL_DAYS || sums.hotDays < STANDING_SHARE * sums.days) return null
  const { powerW: levelW, levelSpread, meanRiseW } = last
  const deviationW = levelSpread * levelW
  const raised = (reference: Reference, byW: number): Reference => ({
    ...reference,
    medianW: reference.medianW + byW,
    spreadW: Math.max(reference.spreadW, deviationW),
    maximumW: reference.maximumW + byW + 2 * deviationW,
    ordinaryMaximumW: reference.ordinaryMaximumW + byW + 2 * deviationW,
    minimumW: reference.minimumW + byW,
  })
  const lifted = (envelope: FloorEnvelope, byW: number): FloorEnvelope => ({
    medianW: envelope.medianW + byW,
    highestW: envelope.highestW + byW,
    rangeW: envelope.rangeW,
  })
  const byNight = detector === 'flat-load' || detector === 'night-surge' ? levelW : meanRiseW
  const byDay = detector === 'flat-load' ? levelW : detector === 'night-surge' ? 0 : meanRiseW
  return {
    ...usual,
    floor: raised(usual.floor, byDay),
    leastEnvelope: lifted(usual.leastEnvelope, byDay),
    nightEnvelope: lifted(usual.nightEnvelope, byNight),
    noonsW: usual.noonsW.map((watts) => (watts < 0 ? watts : watts + byDay)),
    night: raised(usual.night, byNight),
    noon: raised(usual.noon, byDay),
    burst: raised(usual.burst, byNight),
    evening: raised(usual.evening, byNight),
    mean: raised(usual.mean, meanRiseW),
  }
}

/** The episode that another is on top of: of the same detector, begun before and not over when it began. */
export function episodeUnder({ detector, onset, sequence }: Episode, episodes: readonly Episode[]): Episode | undefined {
  return episodes.find(
    (one) => one.detector === detector && one.sequence < sequence && (one.closedAt === null || one.closedAt > onset),
  )
}

/** What was last known of an episode at a time (UTC seconds). */
export function standingAt({ standings }: Episode, at: number): Standing | undefined {
  return standings.findLast((standing) => standing.at <= at)
}
