/**
 * What share of a work list inspections will find to be illegal processing: the mean of the calibrated chances on it, and an
 * interval that holds it nine times in ten. The interval has two parts: the luck of so few inspections, as the exact
 * distribution of a sum of unequal chances (Poisson-binomial), and how far one county's chances lie from another's, as the
 * calibration's spread in log-odds. Retrieval knows the same as the expected precision at k of calibrated scores.
 * Two places with a chance of 0.99 would be "100 to 100 %" by that. It is never narrower than what as many inspections, with the
 * expected number confirmed, could tell of the share behind them: the score interval of Wilson (J. Am. Stat. Assoc. 22, 1927, 209–212).
 */
import type { ExpectedPrecision } from '../model/work-list.ts'
import { thousandths } from './thousandths.ts'

/** Nine times in ten: the quantiles, and the same of a normal distribution. */
const TAIL = 0.05
const DEVIATIONS = 1.645
/** What is more certain is no chance. */
const LEAST = 0.001
const MOST = 0.999
/** Above so many chances their sum is as good as normal. */
const EXACT = 400

/** Null of an empty list. `spread`: standard deviation between counties, log-odds. */
export function expectedPrecision(chances: readonly number[], spread: number): ExpectedPrecision | null {
  if (chances.length === 0) return null
  const mean = chances.reduce((sum, chance) => sum + chance, 0) / chances.length
  const shifted = (by: number) => chances.map((chance) => shiftedChance(chance, by))
  const told = toldBy(chances.length, mean)
  return {
    mean: Math.min(Math.max(thousandths(mean), LEAST), MOST),
    low: thousandths(Math.min(told.low, quantile(shifted(-spread), TAIL) / chances.length)),
    high: thousandths(Math.max(told.high, quantile(shifted(spread), 1 - TAIL) / chances.length)),
  }
}

/** Which shares fit so many inspections, `share` of them confirmed. */
function toldBy(inspections: number, share: number): { low: number; high: number } {
  const square = DEVIATIONS ** 2 / inspections
  const middle = share + square / 2
  const half = Math.sqrt(square * (share * (1 - share) + square / 4))
  return { low: (middle - half) / (1 + square), high: (middle + half) / (1 + square) }
}

function shiftedChance(chance: number, logOdds: number): number {
  if (chance <= 0 || chance >= 1) return chance
  return 1 / (1 + ((1 - chance) / chance) * Math.exp(-logOdds))
}

/** The least number of successes that is reached with probability `share`. */
function quantile(chances: readonly number[], share: number): number {
  const { length } = chances
  if (length > EXACT) {
    const mean = chances.reduce((sum, chance) => sum + chance, 0)
    const deviation = Math.sqrt(chances.reduce((sum, chance) => sum + chance * (1 - chance), 0))
    return Math.min(length, Math.max(0, Math.round(mean + (share < 0.5 ? -1 : 1) * DEVIATIONS * deviation)))
  }
  // probabilities of 0 … length successes, one chance after another
  const probability = new Float64Array(length + 1)
  probability[0] = 1
  for (const [index, chance] of chances.entries()) {
    for (let count = index + 1; count > 0; count--) {
      probability[count] = probability[count] * (1 - chance) + probability[count - 1] * chance
    }
    probability[0] *= 1 - chance
  }
  let sum = 0
  for (let count = 0; count < length; count++) {
    sum += probability[count]
    if (sum >= share) return count
  }
  return length
}
