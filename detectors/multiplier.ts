/**
 * Multiplier: a meter exchanged with the wrong CT ratio, or a gateway that mixed up its units, multiplies everything: the
 * night, the noon, the peak and the mean by one and the same plausible factor. A motor that is added lifts the floor
 * many times and the peak a little. A multiplied day is a matter of data, not of theft.
 */
import type { DayView } from './day-detector.ts'

/** Ratios that instrument transformers and units come in. */
const PLAUSIBLE = [1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 200, 1000]
const LEAST_W = 25

/** The factor by which all features of a day stand above the usual ones, NaN when they do not agree on one. */
export function dayFactor({ floorW, nightW, noonW, meanW, burstW, usual }: DayView): number {
  // a host that is flat itself doubles in every hour when a motor of its own size is added: that cannot be told apart
  if (!(usual.burst.medianW >= 1.8 * usual.floor.medianW)) return Number.NaN
  let lowest = Number.POSITIVE_INFINITY
  let highest = 0
  let logs = 0
  let features = 0
  const pairs = [
    [floorW, usual.floor.medianW],
    [nightW, usual.night.medianW],
    [noonW, usual.noon.medianW],
    [meanW, usual.mean.medianW],
    [burstW, usual.burst.medianW],
  ]
  for (const [now, before] of pairs) {
    if (!(before >= LEAST_W) || !(now > 0)) continue
    const ratio = now / before
    if (ratio < lowest) lowest = ratio
    if (ratio > highest) highest = ratio
    logs += Math.log(ratio)
    features++
  }
  if (features < 4 || highest > 1.4 * lowest) return Number.NaN
  return Math.exp(logs / features)
}

/** The plausible ratio that a factor is, null when it is none. */
export function plausibleRatio(factor: number): number | null {
  return PLAUSIBLE.find((ratio) => Math.abs(factor / ratio - 1) <= 0.12) ?? null
}
