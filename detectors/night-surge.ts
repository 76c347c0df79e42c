/**
 * Night surge: crushers and ball mills run in the dark, where the noise and the dust go unseen, and stand still by day.
 * Night is the sun's at the usage point. Looks for a block of hours around solar midnight that stands well above the
 * usual night while noon stays what it was, inside whatever the host itself does; under a host whose nights go up and
 * down, for four nights in a row none of which comes down any more (detectors/floor-envelope.ts). Heavy night running
 * alone is no evidence (honest plants avoid the peak tariff); a new block is. Cannot see: mills that run by day, blocks
 * under two hours.
 */
import { z } from 'zod'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf, quantileOf } from './day-detector.ts'
import { noonRise } from './floor-envelope.ts'

export const NightSurgeConfig = z.strictObject({
  /** Days of reference before which nothing is said. */
  leastDays: z.int().positive().default(1),
  /** A night level less than this (W) above the usual one is no machine run. */
  leastW: z.number().positive().default(3_000),
  /** …nor is one of fewer spreads of the usual night than this. */
  spreads: z.number().positive().default(4),
  /** Against the lowest of four nights of a restless host only a machine of this size (W) can be told: small mills have 15–45 kW. */
  leastUnderW: z.number().positive().default(15_000),
  /** The usual night is never held to be steadier than this share of itself. */
  unsteadiness: z.number().positive().default(0.1),
  /** How far the night must stand above the highest usual one. */
  timesHighest: z.number().min(1).default(1.2),
  /** Stops of up to this many slots do not end a run: crushers stop to be cleared. */
  gapSlots: z.int().min(0).max(8).default(3),
  /** Shortest run, slots. */
  leastSlots: z.int().positive().default(10),
})

/** Slots from midnight to either side in which the host rests and the level is read. */
const HALF_NIGHT = 14

type Config = z.output<typeof NightSurgeConfig>

export function nightSurge(config: Config): DayDetector {
  return {
    name: 'night-surge',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, nightW, noonW, midnight } = view
      if (usual.night.days < config.leastDays) return null
      const spreadW = Math.max(usual.night.spreadW, config.unsteadiness * usual.night.medianW, 150)
      const stepW = nightW - usual.night.medianW
      const stands =
        stepW >= Math.max(config.leastW, config.spreads * spreadW) &&
        nightW >= config.timesHighest * usual.night.ordinaryMaximumW &&
        noonW - (usual.noon.days > 0 ? usual.noon.medianW : noonW) <= 0.5 * stepW
      if (!stands && !isRaised(config, view)) return null
      const envelope = usual.nightEnvelope
      const usualW = stands ? usual.night.medianW : envelope.medianW
      const risenW = stands ? stepW : view.nightEnvelopeW - usualW
      const threshold = usualW + 0.55 * risenW
      // a host that is busier by day than its night with the machine would be taken for the machine's run
      const busyByDay = usual.noon.days > 0 && usual.noon.medianW > threshold
      const run = runAround(
        watts,
        midnight,
        threshold,
        busyByDay ? usualW + 1.7 * risenW : Number.POSITIVE_INFINITY,
        config.gapSlots,
      )
      if (run === null || run.on < config.leastSlots) return null
      const levelW = stands
        ? quantileOf(watts, Math.max(run.from, midnight - HALF_NIGHT), Math.min(run.to, midnight + HALF_NIGHT), 0.5) - usualW
        : risenW
      let energyWh = 0
      for (let slot = run.from; slot < run.to; slot++)
        if (watts[slot] > usualW)
          energyWh += Math.min(watts[slot] - usualW, stands ? Number.POSITIVE_INFINITY : 1.25 * levelW) / 4
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
        lift: Number.NaN,
        surprise: risenW / spreadW,
        usualW,
      }
    },
  }
}

/** Under a host whose nights go up and down: the lowest of four nights does not come down any more (floor-envelope.ts). */
function isRaised({ leastUnderW }: Config, { usual, nightEnvelopeW, noonsW, like }: DayView): boolean {
  if (!(nightEnvelopeW >= leastUnderW)) return false
  const { highestW, rangeW } = usual.nightEnvelope
  const raisedW = nightEnvelopeW - highestW
  return raisedW >= Math.max(leastUnderW, rangeW, 0.1 * highestW) && !(noonRise(noonsW, like, usual.noonsW) > 0.5 * raisedW)
}

interface Run {
  readonly from: number
  readonly to: number
  /** Slots at or above the threshold. */
  readonly on: number
}

/** The run of slots from `threshold` to `ceiling`, stops of `gap` slots allowed, that reaches nearest to `middle`. */
export function runAround(watts: Float64Array, middle: number, threshold: number, ceiling: number, gap: number): Run | null {
  let best: Run | null = null
  let bestAway = 9
  let from = -1
  let last = -1
  let on = 0
  for (let slot = 0; slot <= 96; slot++) {
    const high = slot < 96 && watts[slot] >= threshold && watts[slot] <= ceiling
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
