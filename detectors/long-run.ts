/**
 * Long run: a sluice, a wet pan mill or a leach tank runs one shift of hours, day or night, as flat as a pump, where the
 * host never held such a level before. Looks for the longest block of a day at one level. Cannot see: blocks under four
 * hours, and runs inside a host whose own machines hold that level.
 */
import { z } from 'zod'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'

export const LongRunConfig = z.strictObject({
  /** Level (W) above the day's base from which a block counts. */
  leastW: z.number().positive().default(4_500),
  leastSlots: z.int().positive().default(20),
  /** Relative change from slot to slot up to which a block is flat. */
  flatness: z.number().positive().default(0.07),
  /** Against the highest level held on a usual day. */
  timesUsual: z.number().positive().default(1.3),
})

export function longRun(config: z.output<typeof LongRunConfig>): DayDetector {
  return {
    name: 'long-run',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, burstW } = view
      if (burstW < config.leastW || usual.burst.days < 4 || burstW < config.timesUsual * usual.burst.ordinaryMaximumW) return null
      const baseW = Math.min(
        quantileOf(watts, 0, 96, 0.25),
        usual.noon.days > 0 ? Math.max(usual.noon.medianW, usual.night.medianW) : burstW,
      )
      if (burstW - baseW < config.leastW) return null
      const block = longestBlock(watts, baseW + 0.6 * (burstW - baseW))
      if (block.to - block.from < config.leastSlots) return null
      const powerW = quantileOf(watts, block.from, block.to, 0.5) - baseW
      const flatness = flatnessOf(watts, block.from, block.to, powerW)
      if (powerW < config.leastW || flatness > config.flatness) return null
      let energyWh = 0
      for (let slot = block.from; slot < block.to; slot++) if (watts[slot] > baseW) energyWh += (watts[slot] - baseW) / 4
      return {
        detector: 'long-run',
        startSlot: block.from,
        endSlot: block.to,
        hours: (block.to - block.from) / 4,
        powerW,
        energyWh,
        flatness,
        tangent: addedTangent(view, block.from, block.to, powerW),
        swings: view.swings,
        lift: Number.NaN,
        surprise: (burstW - usual.burst.medianW) / Math.max(usual.burst.spreadW, 200),
        usualW: baseW,
      }
    },
  }
}

/** The longest block of slots at or above `threshold`; one lower slot does not end it. */
function longestBlock(watts: Float64Array, threshold: number): { from: number; to: number } {
  let best = { from: 0, to: 0 }
  let from = -1
  let last = -1
  for (let slot = 0; slot <= 96; slot++) {
    if (slot < 96 && watts[slot] >= threshold) {
      if (from < 0) from = slot
      last = slot
    } else if (from >= 0 && (slot === 96 || slot - last > 1)) {
      if (last + 1 - from > best.to - best.from) best = { from, to: last + 1 }
      from = -1
    }
  }
  return best
}
