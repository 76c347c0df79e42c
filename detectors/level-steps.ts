/**
 * The steps of a load that is built up machine by machine: pumps first, then one agitator after the other (domain.md, 1.1).
 * Measured by the mean of its days it would be small and restless for a week. Own derivation.
 */

/** The levels of an episode's days, as long as they only rise. */
export interface Steps {
  /** Days of the last step, the sum of their levels (W) and of the squares. */
  readonly days: number
  readonly sum: number
  readonly squares: number
  /** Squared deviations of the days of the steps before from the means of their steps, W². */
  readonly before: number
  readonly hasFallen: boolean
}

export const NO_STEPS: Steps = { days: 0, sum: 0, squares: 0, before: 0, hasFallen: false }

/** A level this much above the mean of the last step is a new one, one so much below it has fallen. */
const STEP = 1.15
const FALL = 0.85

export function withLevel(steps: Steps, watts: number): Steps {
  const { days, sum, squares, before, hasFallen } = steps
  const mean = sum / days
  if (hasFallen || watts < FALL * mean) return { ...steps, hasFallen: true }
  if (watts <= STEP * mean) return { days: days + 1, sum: sum + watts, squares: squares + watts ** 2, before, hasFallen }
  return { days: 1, sum: watts, squares: watts ** 2, before: days > 0 ? before + squares - sum * mean : 0, hasFallen }
}

/** Standard deviation (W) of the levels of all `n` days about their steps. */
export function deviationOfSteps({ days, sum, squares, before }: Steps, n: number): number {
  return Math.sqrt(Math.max(0, before + squares - sum ** 2 / days) / n)
}
