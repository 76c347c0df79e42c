/**
 * Night surge: crushers and ball mills run in the dark, where the noise and the dust go unseen, and stand still by day.
 * Night is the sun's at the usage point. Looks for a block of hours around solar midnight that stands well above the
 * usual night while noon stays what it was, inside whatever the host itself does. Heavy night running alone is no
 * evidence (honest plants avoid the peak tariff); a new block is. Cannot see: mills that run by day, blocks under two hours.
 */
import { z } from 'zod'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'

export const NightSurgeConfig = z.strictObject({
  /** A night level less than this (W) above the usual one is no machine run. */
  leastW: z.number().positive().default(3_000),
  /** …nor is one of fewer spreads of the usual night than this. */
  spreads: z.number().positive().default(4),
  /** The usual night is never held to be steadier than this share of itself. */
  unsteadiness: z.number().positive().default(0.1),
  /** How far the night must stand above the highest usual one. */
  timesHighest: z.number().min(1).default(1.2),
  /** Stops of up to this many slots do not end a run: crushers stop to be cleared. */
  gapSlots: z.int().min(0).max(8).default(3),
  /** Shortest run, slots. */
  leastSlots: z.int().positive().default(10),
})

export function nightSurge(config: z.output<typeof NightSurgeConfig>): DayDetector {
  return {
    name: 'night-surge',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, nightW, noonW, midnight } = view
      if (usual.night.days === 0) return null
      const usualW = usual.night.medianW
      const spreadW = Math.max(usual.night.spreadW, config.unsteadiness * usualW, 150)
      const risenW = nightW - usualW
      if (risenW < Math.max(config.leastW, config.spreads * spreadW)) return null
      if (nightW < config.timesHighest * usual.night.maximumW) return null
      const noonRiseW = noonW - (usual.noon.days > 0 ? usual.noon.medianW : noonW)
      if (noonRiseW > 0.5 * risenW) return null
      const threshold = usualW + 0.55 * risenW
      const run = runAround(watts, midnight, threshold, config.gapSlots)
      if (run === null || run.on < config.leastSlots) return null
      const levelW = quantileOf(watts, run.from, run.to, 0.5) - usualW
      let energyWh = 0
      for (let slot = run.from; slot < run.to; slot++) if (watts[slot] > usualW) energyWh += (watts[slot] - usualW) / 4
      return {
        detector: 'night-surge',
        startSlot: run.from,
        endSlot: run.to,
        hours: run.on / 4,
        powerW: levelW,
        energyWh,
        flatness: flatnessOf(watts, run.from, run.to, levelW),
        tangent: addedTangent(view, run.from, run.to, levelW),
        swings: view.swings,
        surprise: risenW / spreadW,
        usualW,
      }
    },
  }
}

interface Run {
  readonly from: number
  readonly to: number
  /** Slots at or above the threshold. */
  readonly on: number
}

/** The run of slots at or above `threshold`, stops of `gap` slots allowed, that reaches nearest to `middle`. */
export function runAround(watts: Float64Array, middle: number, threshold: number, gap: number): Run | null {
  let best: Run | null = null
  let bestAway = 9
  let from = -1
  let last = -1
  let on = 0
  for (let slot = 0; slot <= 96; slot++) {
    const high = slot < 96 && watts[slot] >= threshold
    if (high) {
      if (from < 0) from = slot
      last = slot
      on++
    }
    if (from >= 0 && (slot === 96 || slot - last > gap)) {
      const away = middle < from ? from - middle : middle > last ? middle - last : 0
      if (away < bestAway || (away === bestAway && best !== null && on > best.on)) {
        best = { from, to: last + 1, on }
        bestAway = away
      }
      from = -1
      on = 0
    }
  }
  return best
}
