/**
 * Multiplier: a meter exchanged with the wrong CT ratio, or a gateway that mixed up its units, multiplies everything: the
 * night, the noon, the peak and the mean by one and the same plausible factor. A motor that is added lifts the floor
 * many times and the peak a little. Both stories are fitted to the day's levels and the better one is believed. A
 * multiplied day is a matter of data, not of theft.
 */
import type { DayView, Usual } from './day-detector.ts'
import type { Reference } from './day-record.ts'

/** Ratios that instrument transformers and units come in. */
const PLAUSIBLE = [1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 200, 1000]
const LEAST_W = 25
/** Root mean square of what a factor leaves unexplained (nats) above which there is no one factor; hosts differ by less from day to day. */
const MOST_UNEXPLAINED = 0.35
/** The factor must leave less than this share of what an added load leaves unexplained. */
const CLEARLY_BETTER = 0.4

/** A restless host's levels differ more from day to day, so from this ratio on it is enough that all of them keep to their ranges… */
const LEAST_RANGED = 4
const RANGED_DAYS = 5
const RANGE_SLACK = 1.15
/** The mean tells the ratio to a factor of two. */
const RANGED_SLACK = 2
/** …and that without what is added to the floor the highest level would still be so many times the highest usual one. */
const BEYOND_LOAD = 2

/** What is compared of a day. */
export interface Levels extends Pick<DayView, 'floorW' | 'nightW' | 'noonW' | 'meanW' | 'burstW'> {
  readonly usual: Pick<Usual, 'floor' | 'night' | 'noon' | 'mean' | 'burst'>
}

/** The factor by which all levels of a day stand above the usual ones, NaN when an added load explains them better. */
export function dayFactor(levels: Levels): number {
  const { usual } = levels
  // a host that is flat itself doubles in every hour when a motor of its own size is added: that cannot be told apart
  if (!(usual.burst.medianW >= 1.8 * usual.floor.medianW)) return Number.NaN
  const pairs = pairsOf(levels)
  if (pairs.length < 4) return Number.NaN
  const ranged = rangedFactor(levels)
  if (!Number.isNaN(ranged)) return ranged
  const ratios = pairs.map(([now, before]) => Math.log(now / before))
  const meanRatio = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  const addedW = Math.max(0, levels.floorW - usual.floor.medianW)
  let byFactor = 0
  let byLoad = 0
  pairs.forEach(([, before], i) => {
    byFactor += (ratios[i] - meanRatio) ** 2
    byLoad += (ratios[i] - Math.log((before + addedW) / before)) ** 2
  })
  if (Math.sqrt(byFactor / pairs.length) > MOST_UNEXPLAINED || byFactor > CLEARLY_BETTER * byLoad) return Number.NaN
  return Math.exp(meanRatio)
}

/** The factor that puts every level of the day within its usual range, where no added load does. */
function rangedFactor(levels: Levels): number {
  const { floorW, meanW, burstW, usual } = levels
  const factor = meanW / usual.mean.medianW
  if (!(factor >= LEAST_RANGED)) return Number.NaN
  if (burstW - (floorW - usual.floor.medianW) < BEYOND_LOAD * usual.burst.maximumW) return Number.NaN
  return ratiosNear(factor, RANGED_SLACK).find((ratio) => isWithinRanges(levels, ratio)) ?? Number.NaN
}

function isWithinRanges({ floorW, nightW, noonW, meanW, burstW, usual }: Levels, factor: number): boolean {
  const within = (now: number, { minimumW, maximumW }: Reference) =>
    now >= (minimumW * factor) / RANGE_SLACK && now <= maximumW * factor * RANGE_SLACK
  return (
    usual.burst.days >= RANGED_DAYS &&
    within(floorW, usual.floor) &&
    within(nightW, usual.night) &&
    within(noonW, usual.noon) &&
    within(meanW, usual.mean) &&
    within(burstW, usual.burst)
  )
}

/** A meter that counts less than this share of the usual mean rounds most of its levels to nothing. */
const NEXT_TO_NOTHING = 1 / 250

/**
 * The factor by which all levels of a day stand below the usual ones, NaN when they did not fall alike: a family that
 * left keeps its refrigerator, a works that rests its floor.
 */
export function fallenFactor(levels: Levels): number {
  const { meanW, usual } = levels
  const share = meanW / usual.mean.medianW
  if (!(share < 1)) return Number.NaN
  if (share < NEXT_TO_NOTHING) return levels.burstW < usual.burst.medianW / 100 && meanW > 0 ? share : Number.NaN
  const ranged = ratiosNear(1 / share, RANGED_SLACK).find((ratio) => ratio >= LEAST_RANGED && isWithinRanges(levels, 1 / ratio))
  if (ranged !== undefined) return 1 / ranged
  const pairs = pairsOf(levels)
  if (pairs.length < 4) return Number.NaN
  const ratios = pairs.map(([now, before]) => Math.log(now / before))
  const meanRatio = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  const unexplained = ratios.reduce((sum, ratio) => sum + (ratio - meanRatio) ** 2, 0)
  const all = ratios.reduce((sum, ratio) => sum + ratio ** 2, 0)
  return Math.sqrt(unexplained / pairs.length) > MOST_UNEXPLAINED || unexplained > CLEARLY_BETTER * all
    ? Number.NaN
    : Math.exp(meanRatio)
}

/** Levels now and before that can be compared. */
function pairsOf({ floorW, nightW, noonW, meanW, burstW, usual }: Levels): number[][] {
  return [
    [floorW, usual.floor.medianW],
    [nightW, usual.night.medianW],
    [noonW, usual.noon.medianW],
    [meanW, usual.mean.medianW],
    [burstW, usual.burst.medianW],
  ].filter(([now, before]) => before >= LEAST_W && now > 0)
}

/**
 * From this ratio on a meter that counts a part does so by a wrong multiplier, whatever it reported: a phase or two cut off
 * leave a third to two thirds (domain.md, 8.2), and the fitter who exchanges a meter opens its cover.
 */
export const BEYOND_TAMPERING = 4.8

/** Plausible ratios within a factor of `slack` of `ratio`, the nearest first. */
export function ratiosNear(ratio: number, slack: number): readonly number[] {
  const away = (one: number) => Math.abs(Math.log(one / ratio))
  return PLAUSIBLE.filter((one) => away(one) <= Math.log(slack)).sort((a, b) => away(a) - away(b))
}

/** Ratios of current transformers begin above this; without one only units are mixed up, by tens. */
const MOST_DIRECT = 10
const UNITS = [100, 1000]

/**
 * Accounts below this contract (kW) are metered directly: DL/T 448-2016 recommends current transformers above 60 A, three times
 * 220 V. Their ratios, 12 and up, cannot be booked for such a meter; units that are mixed up can.
 */
const LEAST_CT_KW = 30

/** The multiplier by which a subject's levels stand above the usual ones, null when that is none or its meter cannot have it. */
export function multiplierOf(factor: number | null, contractKw: number): number | null {
  return factor === null ? null : plausibleRatio(factor, !(contractKw < LEAST_CT_KW))
}

/** The plausible ratio that a factor is, null when it is none. `transformed`: whether the meter may sit behind a current transformer. */
export function plausibleRatio(factor: number, transformed = true): number | null {
  const slack = factor > 2.5 ? 0.2 : 0.12
  const ratios = transformed ? PLAUSIBLE : PLAUSIBLE.filter((ratio) => ratio <= MOST_DIRECT || UNITS.includes(ratio))
  return ratios.find((ratio) => Math.abs(factor / ratio - 1) <= slack) ?? null
}
