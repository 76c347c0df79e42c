/**
 * Furnace bursts: smelting the loaded carbon takes a 15–50 kVA induction furnace for three quarters of an hour to two and
 * a half hours, a few evenings a week, in a house or shed that never drew that much. One burst is a wedding; the same
 * block again and again is not. Works that burst higher by day are looked at from evening to morning by themselves. Cannot
 * see: bursts under 45 minutes, furnaces fed by a generator, and those under what a host's own evenings come to.
 */
import { z } from 'zod'
import { SLOTS } from './day-clock.ts'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'
import type { Reference } from './day-record.ts'
import { EVENING, MORNING } from './measure-day.ts'

export const FurnaceBurstConfig = z.strictObject({
  /** Bursts less than this (W) above everything usual are ovens, welders and cars. */
  leastW: z.number().positive().default(5_500),
  /** Against the highest level held on a usual day. */
  timesUsual: z.number().positive().default(1.25),
  leastSlots: z.int().positive().default(3),
  mostSlots: z.int().positive().default(14),
})

/** Usual days before which nothing is said. */
const LEAST_DAYS = 5

type Config = z.output<typeof FurnaceBurstConfig>

export function furnaceBurst(config: Config): DayDetector {
  return {
    name: 'furnace-burst',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, burstW, eveningW } = view
      if (burstW < config.leastW || usual.burst.days < LEAST_DAYS) return null
      const whole = risenAbove(config, usual.burst, burstW)
      const isOfDay = !Number.isNaN(whole)
      const risenW = isOfDay ? whole : risenAbove(config, usual.evening, eveningW)
      if (Number.isNaN(risenW)) return null
      const [start, end] = isOfDay ? [0, SLOTS] : [EVENING, MORNING]
      const baseW = quantileOf(watts, start, end, 0.5)
      const threshold = baseW + 0.5 * ((isOfDay ? burstW : eveningW) - baseW)
      let from = -1
      let best = -1
      let bestTo = -1
      let on = 0
      // a run that began before the evening, or goes on after it, is measured whole
      for (let slot = 0; slot <= SLOTS; slot++) {
        if (slot < SLOTS && watts[slot] >= threshold) {
          if (from < 0) from = slot
          if (slot >= start && slot < end) on++
        } else if (from >= 0) {
          if (slot > start && from < end && slot - from > bestTo - best) {
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
        surprise: risenW / Math.max((isOfDay ? usual.burst : usual.evening).spreadW, 200),
        usualW: baseW,
      }
    },
  }
}

/** By how much (W) a held level stands above the usual one; NaN when that is not enough, or not known to be. */
function risenAbove({ leastW, timesUsual }: Config, { days, medianW, ordinaryMaximumW }: Reference, heldW: number): number {
  if (days < LEAST_DAYS) return Number.NaN
  return heldW - medianW >= leastW && heldW >= timesUsual * ordinaryMaximumW ? heldW - medianW : Number.NaN
}
