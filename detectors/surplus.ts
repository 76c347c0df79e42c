/**
 * Surplus of an area: its unexplained remainder is higher over the whole day than it was, whatever the hours. Pumps that
 * fill and stop, day shifts and staircases of agitators all leave it; the mean of a day is the most sensitive measure
 * there is of what passes the meters (0.8–1.7 kW in one day on a 100 kVA area). Judged on area remainders only.
 */
import { z } from 'zod'
import { type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'
import type { Reference } from './day-record.ts'

export const SurplusConfig = z.strictObject({
  /** Rise of the day's mean (W) from which it counts. */
  leastW: z.number().positive().default(1_300),
  spreads: z.number().positive().default(5),
  /** The usual mean is never held to be steadier than this (W). */
  steadiestW: z.number().positive().default(220),
})

type Config = z.output<typeof SurplusConfig>

export function surplus(config: Config): DayDetector {
  return {
    name: 'surplus',
    judge({ watts, usual, meanW, swings }: DayView): DayFinding | null {
      const mean: Reference = usual.mean
      const spreadW = spreadOf(config, mean)
      const risenW = meanW - mean.medianW
      if (!(risenW >= surplusLine(config, mean))) return null
      const usualW = mean.medianW
      const highW = quantileOf(watts, 0, 96, 0.8)
      const threshold = usualW + 0.5 * Math.max(risenW, highW - usualW)
      let first = 96
      let last = 0
      let on = 0
      let energyWh = 0
      for (let slot = 0; slot < 96; slot++) {
        if (Number.isNaN(watts[slot])) continue
        energyWh += (watts[slot] - usualW) / 4
        if (watts[slot] < threshold) continue
        on++
        if (slot < first) first = slot
        last = slot + 1
      }
      if (on === 0) return null
      const powerW = Math.max(risenW, (energyWh * 4) / Math.max(on, 8))
      return {
        detector: 'surplus',
        startSlot: first,
        endSlot: last,
        hours: on / 4,
        powerW,
        energyWh,
        flatness: flatnessOf(watts, first, last, powerW),
        tangent: Number.NaN,
        swings,
        lift: Number.NaN,
        surprise: risenW / spreadW,
        usualW,
      }
    },
  }
}

/** Days of reference before which nothing is said. */
const LEAST_DAYS = 4

/** By how much a day's mean must stand above the usual one (W) to be a surplus; NaN while too few days are known. */
export function surplusLine(config: Config, mean: Reference): number {
  if (mean.days < LEAST_DAYS) return Number.NaN
  const { medianW, ordinaryMaximumW } = mean
  return Math.max(config.leastW, config.spreads * spreadOf(config, mean), ordinaryMaximumW + 0.3 * config.leastW - medianW)
}

function spreadOf({ steadiestW }: Config, { spreadW }: Reference): number {
  return Math.max(spreadW, steadiestW)
}
