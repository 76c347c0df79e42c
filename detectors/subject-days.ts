/** Folds the days of one subject — a usage point, or an area's remainder — into its episodes. */

import { type DayClock, SLOTS, slotStart } from './day-clock.ts'
import type { DayDetector, DayFinding, DayView, Usual } from './day-detector.ts'
import { type DayRecords, JUDGEABLE_SLOTS, type Reference } from './day-record.ts'
import { type AreaDay, beginEpisode, type Episode, NO_AREA_DAY, withColdDay, withHotDay } from './episode.ts'
import { type FloorEnvelope, NO_ENVELOPE } from './floor-envelope.ts'
import { usualWithLoad } from './load-on-top.ts'
import { dayFactor } from './multiplier.ts'
import { NEW_DAYS } from './new-connection.ts'
import { alertToGoOnWith, isStillTold } from './recurrence.ts'
import { withMatches } from './signatures/episode-signatures.ts'
import { matchDay, type SuspectDay } from './signatures/match-day.ts'
import { SIGNATURE_TEMPLATES } from './signatures/templates.ts'
import { tangentOf, wattsOf } from './slot-code.ts'
import { type SubjectDay, SubjectView } from './subject-view.ts'
import { UsualDays, wholeUsual } from './usual-days.ts'

/** The episodes after the day, and what was found on it. */
export interface Folded {
  readonly episodes: readonly Episode[]
  readonly suspect: boolean
}

/** Suspect days after which an episode keeps other detectors from beginning on its rest days; before, it may have been a chance. */
const PROVEN_DAYS = 3

const NOTHING = { days: NEW_DAYS, medianW: 0, spreadW: 100, maximumW: 300, minimumW: 0, ordinaryMaximumW: 300 }
const NOTHING_BEFORE: Usual = {
  floor: NOTHING,
  leastEnvelope: NO_ENVELOPE,
  nightEnvelope: NO_ENVELOPE,
  noonsW: [],
  night: NOTHING,
  noon: NOTHING,
  burst: { ...NOTHING, days: 5, maximumW: 3_000, ordinaryMaximumW: 3_000 },
  evening: { ...NOTHING, days: 5, maximumW: 3_000, ordinaryMaximumW: 3_000 },
  mean: NOTHING,
  nightVars: 0,
}

export function foldDay(
  clock: DayClock,
  records: DayRecords,
  detectors: readonly DayDetector[],
  episodes: readonly Episode[],
  subject: SubjectDay,
): Folded {
  const { day, record } = subject
  const kept = episodes.filter((episode) => isStillTold(episode, episodes, day))
  // of an account whoever inspects the first load sees the second
  const isArea = subject.supplyRiseW !== undefined
  const always = detectors.length === 1 && detectors[0].name === 'dead-account'
  if (record.coverage < JUDGEABLE_SLOTS && !always) return { episodes: kept, suspect: false }

  const known = aboveNothing(new UsualDays(records, subject.row, day), subject.nothingW)
  const present = known.floor.days < NEW_DAYS && subject.newConnection ? NOTHING_BEFORE : known
  const today = new SubjectView(clock, records, subject, present)
  const folded: Episode[] = kept.filter((episode) => episode.closedAt !== null)
  let suspect = false
  let busy = false
  const take = (detector: DayDetector, view: DayView, finding: DayFinding, open: Episode | undefined): void => {
    const load = detector.aside !== true
    suspect ||= load
    busy ||= load
    const onset = slotStart(clock, day, finding.startSlot)
    const goesOn = alertToGoOnWith(kept, detector.name, onset)
    const begin = () => {
      const sequence = nextSequence([...episodes, ...folded], detector.name)
      return beginEpisode(finding, sequence, wholeUsual(view.usual), onset, goesOn)
    }
    const begun = open ?? begin()
    const at = neededUntil(clock, subject, finding)
    const hot = withHotDay(begun, day, finding, at, dayFactor(view), areaDay(view, subject))
    const matches = load ? matchDay(suspectDay(view, finding), SIGNATURE_TEMPLATES) : []
    folded.push(withMatches(hot, matches, slotStart(clock, day, 0)))
  }
  for (const detector of detectors) {
    const load = detector.aside !== true
    const standing = kept.filter((episode) => episode.detector === detector.name && episode.closedAt === null)
    if (standing.length === 0 && !(busy && load)) {
      const finding = detector.judge(today)
      if (finding !== null) take(detector, today, finding, undefined)
    }
    for (const open of standing) {
      const view = new SubjectView(clock, records, subject, open.usual)
      const finding = detector.judge(view)
      if (finding !== null) take(detector, view, finding, open)
      else {
        folded.push(record.coverage < JUDGEABLE_SLOTS ? open : withColdDay(open, slotStart(clock, day, 0)))
        busy ||= load && open.sums.hotDays >= PROVEN_DAYS
      }
    }
    const usual = isArea && standing.length === 1 ? usualWithLoad(standing[0]) : null
    if (usual === null) continue
    const view = new SubjectView(clock, records, subject, usual)
    const second = detector.judge(view)
    if (second !== null) take(detector, view, second, undefined)
  }
  return { episodes: folded, suspect }
}

/** Of what a host makes of its day above its night, so much may stand under the load in any slot. */
const UNREST_SHARE = 0.3
/** tan φ that a base of which nothing is known has at the most. */
const BASE_TANGENT = 0.75
/** Below this share of the load, what the host reaches on its own days cannot be taken for it. */
const HOST_SHARE = 0.4

/** The load that was found, as signatures are compared with it. */
function suspectDay(view: DayView, { detector, usualW, powerW, startSlot, endSlot }: DayFinding): SuspectDay {
  const { usual, watts, tangent, night } = view
  const hosts = usual.night.days > 0 && usual.burst.days > 0
  const reachW = hosts ? Math.max(0, usual.burst.ordinaryMaximumW - usualW) : 0
  const unrestW = hosts ? Math.max(usual.night.spreadW, UNREST_SHARE * (usual.burst.medianW - usual.night.medianW)) : 0
  const nightW = hosts ? usual.night.medianW : 0
  // reactive power is known of the usual night only: for what lies between it and the base it may be anything
  const unknownVars = BASE_TANGENT * (Number.isNaN(usual.nightVars) ? usualW : Math.abs(usualW - nightW))
  const knownVars = Number.isNaN(usual.nightVars) ? 0 : usual.nightVars
  const wholeDay = detector === 'dead-account' || reachW < HOST_SHARE * powerW
  return {
    watts,
    tangent,
    night,
    baseW: usualW,
    unrestW,
    baseVars: [usualW < nightW ? Math.max(0, knownVars - unknownVars) : knownVars, knownVars + unknownVars],
    levelW: powerW,
    from: wholeDay ? 0 : Math.max(0, startSlot),
    to: wholeDay ? SLOTS : endSlot,
    reachW,
  }
}

/** Less than nothing unexplained is a meter on the wrong books or out of class: its coming to rest is nobody's tap. */
function aboveNothing(usual: Usual, nothingW = 0): Usual {
  const raised = (reference: Reference): Reference =>
    reference.medianW < nothingW ? { ...reference, medianW: nothingW } : reference
  if (nothingW === 0) return usual
  const lifted = (envelope: FloorEnvelope): FloorEnvelope => ({
    ...envelope,
    medianW: Math.max(nothingW, envelope.medianW),
    highestW: Math.max(nothingW, envelope.highestW),
  })
  return {
    ...wholeUsual(usual),
    floor: raised(usual.floor),
    leastEnvelope: lifted(usual.leastEnvelope),
    nightEnvelope: lifted(usual.nightEnvelope),
    night: raised(usual.night),
    noon: raised(usual.noon),
    burst: raised(usual.burst),
    evening: raised(usual.evening),
    mean: raised(usual.mean),
  }
}

function areaDay({ meanW, usual }: DayView, { supplyRiseW }: SubjectDay): AreaDay {
  if (supplyRiseW === undefined) return NO_AREA_DAY
  const meanRiseW = meanW - usual.mean.medianW
  return { lossRatio: meanRiseW > 0 ? meanRiseW / Math.max(meanRiseW, supplyRiseW) : Number.NaN, meanRiseW }
}

function nextSequence(episodes: readonly Episode[], detector: string): number {
  let last = 0
  for (const episode of episodes) if (episode.detector === detector && episode.sequence > last) last = episode.sequence
  return last + 1
}

/** End of the last reading that was needed: of the finding for an account that should be dead, of the day for all others. */
function neededUntil(clock: DayClock, { day, watts, until }: SubjectDay, finding: DayFinding): number {
  if (finding.detector === 'dead-account') return slotStart(clock, day, finding.endSlot)
  let last = until
  while (last > 0 && Number.isNaN(watts[last - 1])) last--
  return slotStart(clock, day, last)
}

/** Slot codes as powers and tangents. */
export function decodeSlots(codes: Uint16Array, watts: Float64Array, tangent: Float64Array): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    watts[slot] = wattsOf(codes[slot])
    tangent[slot] = tangentOf(codes[slot])
  }
}
