/** Folds the days of one subject — a usage point, or an area's remainder — into its episodes. */

import { type DayClock, SLOTS, slotStart } from './day-clock.ts'
import type { DayDetector, DayFinding, DayView, Usual } from './day-detector.ts'
import {
  type DayRecord,
  type DayRecords,
  isReference,
  JUDGEABLE_SLOTS,
  LEVEL,
  LOOK_BACK_DAYS,
  type Reference,
  RING_DAYS,
  referenceOf,
  UNKNOWN_TANGENT,
} from './day-record.ts'
import { type AreaDay, beginEpisode, type Episode, NO_AREA_DAY, withColdDay, withHotDay } from './episode.ts'
import {
  envelopeToday,
  type FloorEnvelope,
  floorEnvelope,
  lastNoons,
  leastOf,
  NO_ENVELOPE,
  noonsByWeekday,
} from './floor-envelope.ts'
import { usualWithLoad } from './load-on-top.ts'
import { dayFactor } from './multiplier.ts'
import { alertToGoOnWith, isStillTold } from './recurrence.ts'
import { withMatches } from './signatures/episode-signatures.ts'
import { matchDay, type SuspectDay } from './signatures/match-day.ts'
import { SIGNATURE_TEMPLATES } from './signatures/templates.ts'
import { tangentOf, WATTS, wattsOf } from './slot-code.ts'
import { midnightSlot, nightOf } from './solar-night.ts'

/** One day of a subject, ready to be judged. */
export interface SubjectDay {
  readonly row: number
  readonly day: number
  readonly latitude: number
  readonly longitude: number
  readonly watts: Float64Array
  readonly tangent: Float64Array
  readonly record: Readonly<DayRecord>
  /** detectors/new-connection.ts */
  readonly newConnection: boolean
  /** Slots up to this one (exclusive) can have readings: 96 for a closed day. */
  readonly until: number
  /** DayView.repeats and DayView.pieceOf. */
  readonly repeats: number | null
  readonly pieceOf: number | null
  /** Rise of an area's mean supply over the usual, W; NaN unknown. */
  readonly supplyRiseW?: number
  /** Of an area: the level (W) of nothing unexplained. What is usual below it is no level that a load could rise from. */
  readonly nothingW?: number
}

/** The episodes after the day, and what was found on it. */
export interface Folded {
  readonly episodes: readonly Episode[]
  readonly suspect: boolean
}

/** Suspect days after which an episode keeps other detectors from beginning on its rest days; before, it may have been a chance. */
const PROVEN_DAYS = 3

/** Days of its own after which a new account is compared with itself. */
const NEW_DAYS = 3
const NOTHING = { days: NEW_DAYS, medianW: 0, spreadW: 100, maximumW: 300, minimumW: 0, ordinaryMaximumW: 300 }
const NOTHING_BEFORE: Usual = {
  floor: NOTHING,
  leastEnvelope: NO_ENVELOPE,
  nightEnvelope: NO_ENVELOPE,
  noonsW: [],
  night: NOTHING,
  noon: NOTHING,
  burst: { ...NOTHING, days: 5, maximumW: 3_000, ordinaryMaximumW: 3_000 },
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

  const known = aboveNothing(usualOf(records, subject.row, day), subject.nothingW)
  const present = subject.newConnection && known.floor.days < NEW_DAYS ? NOTHING_BEFORE : known
  const before = dayBefore(records, subject.row, day)
  const envelopes = {
    leastEnvelopeW: envelopeToday(records, subject.row, day, 'least', record),
    nightEnvelopeW: envelopeToday(records, subject.row, day, 'night', record),
    noonsW: lastNoons(records, subject.row, day, record),
    like: records.calendarOf(day).like,
  }
  const folded: Episode[] = kept.filter((episode) => episode.closedAt !== null)
  let suspect = false
  let busy = false
  const take = (detector: DayDetector, view: DayView, finding: DayFinding, open: Episode | undefined): void => {
    const load = detector.aside !== true
    suspect ||= load
    busy ||= load
    const onset = slotStart(clock, day, finding.startSlot)
    const goesOn = alertToGoOnWith(kept, detector.name, onset)
    const begun = open ?? beginEpisode(finding, nextSequence([...episodes, ...folded], detector.name), view.usual, onset, goesOn)
    const at = neededUntil(clock, subject, finding)
    const hot = withHotDay(begun, day, finding, at, dayFactor(view), areaDay(view, subject))
    const matches = load ? matchDay(suspectDay(view, finding), SIGNATURE_TEMPLATES) : []
    folded.push(withMatches(hot, matches, slotStart(clock, day, 0)))
  }
  for (const detector of detectors) {
    const load = detector.aside !== true
    const standing = kept.filter((episode) => episode.detector === detector.name && episode.closedAt === null)
    if (standing.length === 0 && !(busy && load)) {
      const view = viewOf(clock, subject, present, before, envelopes)
      const finding = detector.judge(view)
      if (finding !== null) take(detector, view, finding, undefined)
    }
    for (const open of standing) {
      const view = viewOf(clock, subject, open.usual, before, envelopes)
      const finding = detector.judge(view)
      if (finding !== null) take(detector, view, finding, open)
      else {
        folded.push(record.coverage < JUDGEABLE_SLOTS ? open : withColdDay(open, slotStart(clock, day, 0)))
        busy ||= load && open.sums.hotDays >= PROVEN_DAYS
      }
    }
    const [first, ...more] = standing
    if (first === undefined || more.length > 0) continue
    const usual = isArea ? usualWithLoad(first) : null
    if (usual === null) continue
    const view = viewOf(clock, subject, usual, before, envelopes)
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
    ...usual,
    floor: raised(usual.floor),
    leastEnvelope: lifted(usual.leastEnvelope),
    nightEnvelope: lifted(usual.nightEnvelope),
    night: raised(usual.night),
    noon: raised(usual.noon),
    burst: raised(usual.burst),
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

function viewOf(
  clock: DayClock,
  subject: SubjectDay,
  usual: Usual,
  before: DayView['before'],
  envelopes: Pick<DayView, 'leastEnvelopeW' | 'nightEnvelopeW' | 'noonsW' | 'like'>,
): DayView {
  const { record } = subject
  return {
    day: subject.day,
    watts: subject.watts,
    tangent: subject.tangent,
    before,
    night: nightOf(clock, subject.day, subject.latitude, subject.longitude),
    midnight: midnightSlot(clock, subject.longitude),
    floorW: WATTS[record.floor],
    leastW: WATTS[leastOf(record)],
    // written out: a spread here shows in a profile of judging
    leastEnvelopeW: envelopes.leastEnvelopeW,
    nightEnvelopeW: envelopes.nightEnvelopeW,
    noonsW: envelopes.noonsW,
    like: envelopes.like,
    nightW: WATTS[record.night],
    noonW: WATTS[record.noon],
    burstW: WATTS[record.burst],
    meanW: WATTS[record.mean],
    swings: record.swings,
    repeats: subject.repeats,
    pieceOf: subject.pieceOf,
    usual,
  }
}

function dayBefore(records: DayRecords, row: number, day: number): DayView['before'] {
  const at = row * RING_DAYS + ((day - 1) % RING_DAYS)
  const { coverage, burst } = records.columns
  return coverage[at] === 0 ? { tail: 0, burstW: 0 } : { tail: records.tailOf(row, day - 1), burstW: WATTS[burst[at] & LEVEL] }
}

export function usualOf(records: DayRecords, row: number, day: number): Usual {
  return {
    floor: referenceOf(records, row, day, 'floor'),
    leastEnvelope: floorEnvelope(records, row, day, 'least'),
    nightEnvelope: floorEnvelope(records, row, day, 'night'),
    noonsW: noonsByWeekday(records, row, day),
    night: referenceOf(records, row, day, 'night'),
    noon: referenceOf(records, row, day, 'noon'),
    burst: referenceOf(records, row, day, 'burst'),
    mean: referenceOf(records, row, day, 'mean'),
    nightVars: usualNightVars(records, row, day),
  }
}

function usualNightVars(records: DayRecords, row: number, day: number): number {
  const { coverage, nightTangent, night } = records.columns
  const apart = records.apartOf(row, day)
  let sum = 0
  let days = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    if (apart[back] === 1 || !isReference(coverage[at]) || nightTangent[at] === UNKNOWN_TANGENT) continue
    sum += (nightTangent[at] / 100) * WATTS[night[at] & LEVEL]
    days++
  }
  return days > 0 ? sum / days : Number.NaN
}

/** Slot codes as powers and tangents. */
export function decodeSlots(codes: Uint16Array, watts: Float64Array, tangent: Float64Array): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    watts[slot] = wattsOf(codes[slot])
    tangent[slot] = tangentOf(codes[slot])
  }
}
