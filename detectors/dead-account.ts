/**
 * Dead account: a suspended or closed account, or the account of a closed mine, that draws again. Needs no baseline and no
 * whole day: the first slots that add up to more than a meter's own creep and a forgotten lamp are enough.
 * Cannot see: accounts whose meter was taken out (the area balance does).
 */
import { z } from 'zod'
import { type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'

export const DeadAccountConfig = z.strictObject({
  /** Slots below this mean power (W) are creep. */
  creepW: z.number().positive().default(300),
  /** Energy of a day (Wh) from which it counts. */
  leastWh: z.number().positive().default(900),
  leastSlots: z.int().positive().default(3),
})

/** Judges any day of an account that should draw nothing, whole or not; `hours` says how long it drew. */
export function deadAccount(config: z.output<typeof DeadAccountConfig>): DayDetector {
  return {
    name: 'dead-account',
    judge({ watts }: DayView): DayFinding | null {
      let energyWh = 0
      let on = 0
      let first = -1
      let enough = -1
      for (let slot = 0; slot < 96; slot++) {
        if (!(watts[slot] >= config.creepW)) continue
        if (first < 0) first = slot
        energyWh += watts[slot] / 4
        on++
        if (enough < 0 && energyWh >= config.leastWh && on >= config.leastSlots) enough = slot + 1
      }
      if (enough < 0) return null
      const powerW = quantileOf(watts, first, 96, 0.75)
      return {
        detector: 'dead-account',
        startSlot: first,
        // what a live service needed to see: not the rest of the day
        endSlot: enough,
        hours: on / 4,
        powerW: Math.max(powerW, config.creepW),
        energyWh,
        flatness: flatnessOf(watts, first, 96, Math.max(powerW, 1)),
        tangent: Number.NaN,
        swings: 0,
        lift: 1,
        surprise: energyWh / config.leastWh,
        usualW: 0,
      }
    },
  }
}
