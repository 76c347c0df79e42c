/**
 * Furnace bursts: smelting the loaded carbon takes a 15–50 kVA induction furnace for three quarters of an hour to two and
 * a half hours, a few evenings a week, in a house or shed that never drew that much. One burst is a wedding; the same
 * block again and again is not. Cannot see: bursts under 45 minutes, furnaces fed by a generator.
 */
import { z } from 'zod'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'

export const FurnaceBurstConfig = z.strictObject({
  /** Bursts less than this (W) above everything usual are ovens, welders and cars. */
  leastW: z.number().positive().default(5_500),
  /** Against the highest level held on a usual day. */
  timesUsual: z.number().positive().default(1.25),
  leastSlots: z.int().positive().default(3),
  mostSlots: z.int().positive().default(14),
})

export function furnaceBurst(config: z.output<typeof FurnaceBurstConfig>): DayDetector {
  return {
    name: 'furnace-burst',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, burstW } = view
      if (burstW < config.leastW || usual.burst.days < 5) return null
      const usualW = usual.burst.medianW
      const risenW = burstW - usualW
      if (risenW < config.leastW || burstW < config.timesUsual * usual.burst.ordinaryMaximumW) return null
      const baseW = quantileOf(watts, 0, 96, 0.5)
      const threshold = baseW + 0.5 * (burstW - baseW)
      let from = -1
      let best = -1
      let bestTo = -1
      let on = 0
      for (let slot = 0; slot <= 96; slot++) {
        if (slot < 96 && watts[slot] >= threshold) {
          if (from < 0) from = slot
          on++
        } else if (from >= 0) {
          if (slot - from > bestTo - best) {
            best = from
            bestTo = slot
          }
          from = -1
        }
      }
      const slots = bestTo - best
      if (slots < config.leastSlots || slots > config.mostSlots || on > 2 * config.mostSlots) return null
      const powerW = quantileOf(watts, best, bestTo, 0.5) - baseW
      let energyWh = 0
      for (let slot = best; slot < bestTo; slot++) energyWh += Math.max(0, watts[slot] - baseW) / 4
      return {
        detector: 'furnace-burst',
        startSlot: best,
        endSlot: bestTo,
        hours: slots / 4,
        powerW,
        energyWh,
        flatness: slots > 4 ? flatnessOf(watts, best + 1, bestTo - 1, powerW) : 0.15,
        tangent: addedTangent(view, best, bestTo, powerW),
        swings: view.swings,
        lift: Number.NaN,
        surprise: risenW / Math.max(usual.burst.spreadW, 200),
        usualW: baseW,
      }
    },
  }
}
