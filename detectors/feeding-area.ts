/**
 * Feeding area: which neighbour feeds a meter that is booked on the wrong area. Whatever the meter draws stands in the
 * remainder of the area that feeds it, so the daily means of that remainder rise and fall by the whole of it: slope 1 over
 * the meter's own. Days are enough, because the hours were already looked at where the load is missing
 * (detectors/stray-meters.ts). Cannot tell: a meter that draws the same every day, or less than its neighbours' remainders
 * differ from day to day.
 */
import { type DayRecords, LOOK_BACK_DAYS } from './day-record.ts'
import { type Fit, fitOf } from './slope-fit.ts'
import type { StrayMeter } from './stray-meters.ts'

/** The slope of the area that feeds it is 1; line loss, class errors and a few days of others' changes move it. */
const SLOPES = [0.6, 1.4] as const
/** Slope by its standard error. */
const CERTAIN = 3
/** Days on which both are known. */
const LEAST_DAYS = 7

/** Its fit: of its remainder's daily means over the meter's. */
export interface FeedingArea extends Fit {
  readonly area: number
}

/** The neighbour whose remainder most certainly has the meter's load in it; null when none has. `settledDay`: by area. */
export function feedingArea(
  stray: Pick<StrayMeter, 'days'>,
  neighbours: Iterable<number>,
  records: DayRecords,
  settledDay: Uint16Array,
): FeedingArea | null {
  const own = new Map(stray.days)
  let best: FeedingArea | null = null
  for (const area of neighbours) {
    const pairs: [ownW: number, restW: number][] = []
    for (const [day, restW] of records.meansUntil(area, settledDay[area])) {
      const ownW = own.get(day)
      if (ownW !== undefined) pairs.push([ownW, restW])
    }
    if (pairs.length < LEAST_DAYS) continue
    const { slope, error } = slopeOf(pairs)
    if (!(slope >= SLOPES[0] && slope <= SLOPES[1] && slope > CERTAIN * error)) continue
    if (best === null || slope / error > best.slope / best.error) best = { area, slope, error }
  }
  return best
}

/** Mean of the days last known, W. */
export function recentMeanW({ days, usualW }: Pick<StrayMeter, 'days' | 'usualW'>): number {
  const recent = days.slice(-LOOK_BACK_DAYS)
  return recent.length === 0 ? usualW : recent.reduce((sum, [, watts]) => sum + watts, 0) / recent.length
}

/** Least squares about the means. */
function slopeOf(pairs: readonly (readonly [x: number, y: number])[]): Fit {
  const n = pairs.length
  const meanX = pairs.reduce((sum, [x]) => sum + x, 0) / n
  const meanY = pairs.reduce((sum, [, y]) => sum + y, 0) / n
  let square = 0
  let product = 0
  let total = 0
  for (const [x, y] of pairs) {
    square += (x - meanX) ** 2
    product += (x - meanX) * (y - meanY)
    total += (y - meanY) ** 2
  }
  return fitOf(product, square, total, n - 2)
}
