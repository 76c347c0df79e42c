/**
 * Multiplier: a meter exchanged with the wrong CT ratio, or a gateway that mixed up its units, multiplies everything: the
 * night, the noon, the peak and the mean by one and the same plausible factor. A motor that is added lifts the floor
 * many times and the peak a little. Both stories are fitted to the day's levels and the better one is believed. A
 * multiplied day is a matter of data, not of theft.
 */
import type { DayView } from './day-detector.ts'

/** Ratios that instrument transformers and units come in. */
const PLAUSIBLE = [1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 200, 1000]
const LEAST_W = 25
/** Root mean square of what a factor leaves unexplained (nats) above which there is no one factor; hosts differ by less from day to day. */
const MOST_UNEXPLAINED = 0.35
/** The factor must leave less than this share of what an added load leaves unexplained. */
const CLEARLY_BETTER = 0.4

/** The factor by which all levels of a day stand above the usual ones, NaN when an added load explains them better. */
export function dayFactor({ floorW, nightW, noonW, meanW, burstW, usual }: DayView): number {
  // a host that is flat itself doubles in every hour when a motor of its own size is added: that cannot be told apart
  if (!(usual.burst.medianW >= 1.8 * usual.floor.medianW)) return Number.NaN
  const pairs = [
    [floorW, usual.floor.medianW],
    [nightW, usual.night.medianW],
    [noonW, usual.noon.medianW],
    [meanW, usual.mean.medianW],
    [burstW, usual.burst.medianW],
  ].filter(([now, before]) => before >= LEAST_W && now > 0)
  if (pairs.length < 4) return Number.NaN
  const ratios = pairs.map(([now, before]) => Math.log(now / before))
  const meanRatio = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  const addedW = Math.max(0, floorW - usual.floor.medianW)
  let byFactor = 0
  let byLoad = 0
  pairs.forEach(([, before], i) => {
    byFactor += (ratios[i] - meanRatio) ** 2
    byLoad += (ratios[i] - Math.log((before + addedW) / before)) ** 2
  })
  if (Math.sqrt(byFactor / pairs.length) > MOST_UNEXPLAINED || byFactor > CLEARLY_BETTER * byLoad) return Number.NaN
  return Math.exp(meanRatio)
}

/** The plausible ratio that a factor is, null when it is none. */
export function plausibleRatio(factor: number): number | null {
  const slack = factor > 2.5 ? 0.2 : 0.12
  return PLAUSIBLE.find((ratio) => Math.abs(factor / ratio - 1) <= slack) ?? null
}
