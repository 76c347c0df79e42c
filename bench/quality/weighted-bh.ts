/**
 * Benjamini–Hochberg with weights (Genovese, Roeder and Wasserman 2006): p-values divided by weights of mean 1 that are fixed
 * before the p-values are looked at. Rejects the k best for the largest k whose p/w is at most q·k/m; the share of false ones
 * among them is then at most q in the mean, when the p-values are honest and independent.
 */
export interface WeightedTest {
  readonly p: number
  /** Prior odds, in any unit: scaled to mean 1 over all tests. */
  readonly weight: number
}

/** Which of `tests` are rejected, of `count` tests in all: those not given have p = 1 and the mean weight. */
export function rejectedByWeightedBh(tests: readonly WeightedTest[], q: number, count = tests.length): boolean[] {
  const mean = tests.reduce((sum, { weight }) => sum + weight, 0) / tests.length
  const ratios = tests.map(({ p, weight }) => (weight > 0 ? (p * mean) / weight : Number.POSITIVE_INFINITY))
  const sorted = ratios.toSorted((a, b) => a - b)
  const last = sorted.findLastIndex((ratio, index) => ratio <= (q * (index + 1)) / count)
  return ratios.map((ratio) => last >= 0 && ratio <= (sorted[last] ?? 0))
}
