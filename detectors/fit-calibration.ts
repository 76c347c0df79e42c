/**
 * Fits a line of the calibration by penalised likelihood. The prior is what is known already, given as so many findings that
 * came out exactly as the prior line says (data augmentation): ten real findings beside a prior worth forty move it by a fifth
 * of the way. Convex, so the answer does not depend on where the search begins.
 */
import { boundedLogOdds, type CalibrationLine, chanceOf } from './calibration.ts'

/** One outcome: what the evidence said, what was found (1 illegal processing, 0 not), and how much it counts. */
export interface Outcome {
  readonly logOdds: number
  readonly illegal: 0 | 1
  readonly weight: number
}

export interface LinePrior {
  readonly line: CalibrationLine
  /** In findings. */
  readonly weight: number
}

export interface LineBounds {
  readonly slope: readonly [least: number, most: number]
  readonly offset: readonly [least: number, most: number]
}

export const IDENTITY: CalibrationLine = { slope: 1, offset: 0 }
export const WIDE: LineBounds = { slope: [0.1, 2], offset: [-4, 4] }

/** Log-odds at which the prior's findings are thought to have been made: where alerts lie. */
const PRIOR_AT = [-3, -2, -1, 0, 1, 2, 3, 4, 5]
const STEPS = 60

export function fitLine(outcomes: readonly Outcome[], prior: LinePrior, bounds: LineBounds): CalibrationLine {
  const rows = [
    ...outcomes.map(({ logOdds, illegal, weight }) => ({ at: boundedLogOdds(logOdds), share: illegal as number, weight })),
    ...PRIOR_AT.map((at) => ({ at, share: chanceOf(prior.line, at), weight: prior.weight / PRIOR_AT.length })),
  ]
  const free = newton(rows, prior.line, { slope: true, offset: true })
  // the best point within bounds lies on an edge when the free one lies outside: each is held in turn and the other fitted again
  const held = { ...free, slope: within(free.slope, bounds.slope) }
  const refitted = held.slope === free.slope ? free : newton(rows, held, { slope: false, offset: true })
  const offset = within(refitted.offset, bounds.offset)
  if (offset === refitted.offset) return rounded(refitted)
  const { slope } = newton(rows, { slope: refitted.slope, offset }, { slope: true, offset: false })
  return rounded({ slope: within(slope, bounds.slope), offset })
}

interface Row {
  readonly at: number
  readonly share: number
  readonly weight: number
}

/** Newton's method on the log-likelihood; what is not free stays as it begins. */
function newton(
  rows: readonly Row[],
  begin: CalibrationLine,
  free: { readonly slope: boolean; readonly offset: boolean },
): CalibrationLine {
  let { slope, offset } = begin
  for (let step = 0; step < STEPS; step++) {
    let [gradientO, gradientS, oo, os, ss] = [0, 0, 0, 0, 0]
    for (const { at, share, weight } of rows) {
      const chance = chanceOf({ slope, offset }, at)
      const pull = weight * (share - chance)
      const curve = weight * chance * (1 - chance)
      gradientO += pull
      gradientS += pull * at
      oo += curve
      os += curve * at
      ss += curve * at * at
    }
    const determinant = oo * ss - os * os
    const both = free.slope && free.offset
    const stepO = both ? (ss * gradientO - os * gradientS) / determinant : free.offset ? gradientO / oo : 0
    const stepS = both ? (oo * gradientS - os * gradientO) / determinant : free.slope ? gradientS / ss : 0
    // a long step may leave the valley
    offset += within(stepO, [-1, 1])
    slope += within(stepS, [-0.5, 0.5])
    if (Math.abs(stepO) + Math.abs(stepS) < 1e-9) break
  }
  return { slope, offset }
}

/** How much of stated chances came true, in bins of stated chance. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  /** Weights of the outcomes in it, their mean stated chance, and the share that was found. */
  readonly weight: number
  readonly stated: number
  readonly achieved: number
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[]
  /** Expected calibration error: |stated − achieved| of the bins, by weight; NaN of nothing. */
  readonly error: number
  /** Mean −ln of the chance given to what was found. */
  readonly logLoss: number
}

const EDGES = [0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1]

export function reliabilityOf(
  outcomes: readonly { readonly chance: number; readonly illegal: 0 | 1; readonly weight: number }[],
): Reliability {
  const bins: ReliabilityBin[] = []
  let total = 0
  let off = 0
  let loss = 0
  for (const { chance, illegal, weight } of outcomes) {
    total += weight
    loss -= weight * Math.log(Math.max(1e-4, illegal === 1 ? chance : 1 - chance))
  }
  for (let bin = 0; bin + 1 < EDGES.length; bin++) {
    const last = bin + 2 === EDGES.length
    const here = outcomes.filter(({ chance }) => chance >= EDGES[bin] && (last || chance < EDGES[bin + 1]))
    const weight = here.reduce((sum, one) => sum + one.weight, 0)
    if (weight === 0) continue
    const stated = here.reduce((sum, one) => sum + one.weight * one.chance, 0) / weight
    const achieved = here.reduce((sum, one) => sum + one.weight * one.illegal, 0) / weight
    bins.push({ from: EDGES[bin], to: EDGES[bin + 1], weight, stated, achieved })
    off += weight * Math.abs(stated - achieved)
  }
  return { bins, error: off / total, logLoss: loss / total }
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}

function rounded({ slope, offset }: CalibrationLine): CalibrationLine {
  return { slope: Math.round(slope * 1000) / 1000, offset: Math.round(offset * 1000) / 1000 }
}
