/**
 * An episode: the days in a row (with the stops that its kind of work makes) on which one detector held something against
 * one subject. Folding is pure: the same days give the same episode, whatever came first.
 */
import type { DayFinding, Usual } from './day-detector.ts'
import { deviationOfSteps, NO_STEPS, type Steps, withLevel } from './level-steps.ts'
import type { PartCounted } from './part-counted.ts'
import type { EpisodeSignature } from './signatures/episode-signatures.ts'

/** How the episode stood at the end of one suspect day: what a live service knew then. */
export interface Standing {
  readonly day: number
  /** UTC seconds: the end of the last reading that was needed. */
  readonly at: number
  readonly hotDays: number
  /** Days on which it was seen: more than the hot days when the first finding rested on several. */
  readonly seenDays: number
  /** Judgeable days since onset, this one included. */
  readonly days: number
  readonly powerW: number
  readonly energyWh: number
  readonly flatness: number
  /** NaN as null in JSON: unknown. */
  readonly tangent: number | null
  readonly hours: number
  /** Mean and spread of the slot at which it starts. */
  readonly startSlot: number
  readonly startSpread: number
  readonly endSlot: number
  readonly swings: number
  /** Relative spread of the level from day to day. */
  readonly levelSpread: number
  /** Where the level has only risen, step by step: that of the last step, W; else the mean. */
  readonly levelW: number
  /** …and the relative spread about the steps. */
  readonly stepSpread: number
  readonly surprise: number
  /** Mean of DayFinding.lift, null when it cannot be told. */
  readonly lift: number | null
  /** Factor by which the whole day was multiplied (detectors/multiplier.ts), null when it was not. */
  readonly factor: number | null
  /** Rise of an area's remainder against the rise of its supply, null for a meter and where it cannot be told. */
  readonly lossRatio: number | null
  /** Of an area: the member that counts only a part, as far as was known; null when none is. */
  readonly part: PartCounted | null
  /** Mean rise of an area's remainder over whole days, W; null for a meter. */
  readonly meanRiseW: number | null
}

export interface Episode {
  readonly detector: string
  /** Counts the episodes of this detector at this subject from 1. */
  readonly sequence: number
  /** The sequence whose alert this is: its own, or that of an earlier one when its load is back (detectors/recurrence.ts). */
  readonly alert: number
  /** UTC seconds. */
  readonly onset: number
  readonly usual: Usual
  readonly usualW: number
  readonly lastHotDay: number
  readonly coldDays: number
  readonly firstColdAt: number | null
  readonly closedAt: number | null
  readonly sums: EpisodeSums
  readonly standings: readonly Standing[]
  /** Known load shapes that its days matched. */
  readonly signatures: readonly EpisodeSignature[]
  readonly part: PartCounted | null
}

interface EpisodeSums {
  readonly hotDays: number
  readonly seenDays: number
  readonly days: number
  readonly powerW: number
  readonly powerSquares: number
  readonly energyWh: number
  readonly flatness: number
  readonly tangent: number
  readonly tangentDays: number
  readonly hours: number
  readonly startSlot: number
  readonly startSquares: number
  readonly endSlot: number
  readonly swings: number
  readonly surprise: number
  readonly lift: number
  /** Sum of the logarithms of the factors, and the days that had one. */
  readonly factorLog: number
  readonly factorDays: number
  readonly lossRatio: number
  readonly lossDays: number
  readonly meanRiseW: number
  readonly riseDays: number
  readonly steps: Steps
}

const NOTHING: EpisodeSums = {
  hotDays: 0,
  seenDays: 0,
  days: 0,
  powerW: 0,
  powerSquares: 0,
  energyWh: 0,
  flatness: 0,
  tangent: 0,
  tangentDays: 0,
  hours: 0,
  startSlot: 0,
  startSquares: 0,
  endSlot: 0,
  swings: 0,
  surprise: 0,
  lift: 0,
  factorLog: 0,
  factorDays: 0,
  lossRatio: 0,
  lossDays: 0,
  meanRiseW: 0,
  riseDays: 0,
  steps: NO_STEPS,
}

/** A wrong multiplier does not show every day: a works rests, and then only its floor is multiplied. */
const FACTOR_SHARE = 0.3

/** Standings kept one by one; later ones replace the last. */
const MOST_STANDINGS = 45

/** Clear days in a row after which an episode is over, by detector: carbon is changed, inspectors come, furnaces rest for a week. */
const REST_DAYS: Readonly<Record<string, number>> = {
  'flat-load': 3,
  'night-surge': 7,
  'long-run': 6,
  surplus: 5,
  'furnace-burst': 15,
  'dead-account': 7,
  'metered-drop': 3,
  'replayed-profile': 2,
}

export function beginEpisode(
  finding: DayFinding,
  sequence: number,
  usual: Usual,
  onset: number,
  alert: number = sequence,
): Episode {
  return {
    detector: finding.detector,
    sequence,
    alert,
    onset,
    usual,
    usualW: finding.usualW,
    lastHotDay: 0,
    coldDays: 0,
    firstColdAt: null,
    closedAt: null,
    sums: NOTHING,
    standings: [],
    signatures: [],
    part: null,
  }
}

/** What is told of a day of an area's remainder only; NaN for a meter. */
export interface AreaDay {
  /** Rise of the remainder against the rise of the supply: a tap comes near 1, loss stays at a few per cent. */
  readonly lossRatio: number
  /** Rise of the remainder's mean over the whole day, W. */
  readonly meanRiseW: number
}

export const NO_AREA_DAY: AreaDay = { lossRatio: Number.NaN, meanRiseW: Number.NaN }

/** The episode after a suspect day whose needed readings end at `at` (UTC seconds); `factor` NaN when the day is not the usual one multiplied. */
export function withHotDay(
  episode: Episode,
  day: number,
  finding: DayFinding,
  at: number,
  factor: number,
  { lossRatio, meanRiseW }: AreaDay,
): Episode {
  const old = episode.sums
  const counts = !Number.isNaN(factor)
  const sums: EpisodeSums = {
    hotDays: old.hotDays + 1,
    seenDays: old.seenDays + (old.hotDays === 0 ? (finding.daysSeen ?? 1) : 1),
    days: old.days + 1,
    powerW: old.powerW + finding.powerW,
    powerSquares: old.powerSquares + finding.powerW ** 2,
    energyWh: old.energyWh + finding.energyWh,
    flatness: old.flatness + finding.flatness,
    tangent: !Number.isNaN(finding.tangent) ? old.tangent + finding.tangent : old.tangent,
    tangentDays: !Number.isNaN(finding.tangent) ? old.tangentDays + 1 : old.tangentDays,
    hours: old.hours + finding.hours,
    startSlot: old.startSlot + finding.startSlot,
    startSquares: old.startSquares + finding.startSlot ** 2,
    endSlot: old.endSlot + finding.endSlot,
    swings: old.swings + finding.swings,
    surprise: old.surprise + finding.surprise,
    lift: old.lift + finding.lift,
    factorLog: counts ? old.factorLog + Math.log(factor) : old.factorLog,
    factorDays: counts ? old.factorDays + 1 : old.factorDays,
    lossRatio: Number.isNaN(lossRatio) ? old.lossRatio : old.lossRatio + lossRatio,
    lossDays: Number.isNaN(lossRatio) ? old.lossDays : old.lossDays + 1,
    meanRiseW: Number.isNaN(meanRiseW) ? old.meanRiseW : old.meanRiseW + meanRiseW,
    riseDays: Number.isNaN(meanRiseW) ? old.riseDays : old.riseDays + 1,
    steps: withLevel(old.steps, finding.powerW),
  }
  const n = sums.hotDays
  const standing: Standing = {
    day,
    at,
    hotDays: n,
    seenDays: sums.seenDays,
    days: sums.days,
    powerW: sums.powerW / n,
    energyWh: sums.energyWh,
    flatness: sums.flatness / n,
    tangent: sums.tangentDays > 0 ? sums.tangent / sums.tangentDays : null,
    hours: sums.hours / n,
    startSlot: sums.startSlot / n,
    startSpread: deviation(sums.startSlot, sums.startSquares, n),
    endSlot: sums.endSlot / n,
    swings: sums.swings / n,
    levelSpread: deviation(sums.powerW, sums.powerSquares, n) / (sums.powerW / n),
    levelW: sums.steps.hasFallen ? sums.powerW / n : sums.steps.sum / sums.steps.days,
    stepSpread:
      (sums.steps.hasFallen ? deviation(sums.powerW, sums.powerSquares, n) : deviationOfSteps(sums.steps, n)) / (sums.powerW / n),
    surprise: sums.surprise / n,
    lift: Number.isNaN(sums.lift) ? null : sums.lift / n,
    factor: sums.factorDays >= Math.max(2, FACTOR_SHARE * n) ? Math.exp(sums.factorLog / sums.factorDays) : null,
    lossRatio: sums.lossDays > 0 ? sums.lossRatio / sums.lossDays : null,
    part: null,
    meanRiseW: sums.riseDays > 0 ? sums.meanRiseW / sums.riseDays : null,
  }
  const standings =
    episode.standings.length < MOST_STANDINGS ? [...episode.standings, standing] : [...episode.standings.slice(0, -1), standing]
  return { ...episode, lastHotDay: day, coldDays: 0, firstColdAt: null, sums, standings }
}

/** The episode after a judgeable day on which nothing was held against the subject. `at`: the day's beginning, UTC seconds. */
export function withColdDay(episode: Episode, at: number): Episode {
  const coldDays = episode.coldDays + 1
  const firstColdAt = episode.firstColdAt ?? at
  const sums = { ...episode.sums, days: episode.sums.days + 1 }
  const over = coldDays >= (REST_DAYS[episode.detector] ?? 7)
  return { ...episode, coldDays, firstColdAt, sums, closedAt: over ? firstColdAt : null }
}

function deviation(sum: number, squares: number, n: number): number {
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2))
}

const UNKNOWN_WHEN_NULL = new Set([
  'medianW',
  'spreadW',
  'maximumW',
  'ordinaryMaximumW',
  'minimumW',
  'nightVars',
  'usualW',
  'highestW',
  'rangeW',
])

/** Episodes by row from the JSON of a snapshot, where NaN was written as null. */
export function parseEpisodes(json: string): [number, readonly Episode[]][] {
  if (json === '') return []
  return JSON.parse(json, (key, value) => (value === null && UNKNOWN_WHEN_NULL.has(key) ? Number.NaN : value))
}
