/**
 * Metered drop: a meter counts far less than it ever did, day after day, as one does whose current is led past it, whose
 * phase is cut off or that a magnet holds back. A drop alone is a holiday, a harvest that is over, a family that moved;
 * it is weighed with what the meter reported about then and with what the area lost (detectors/weigh-tampering.ts).
 * Cannot see: a tampered meter whose load grew by more than it now fails to count, and accounts below `leastUsualW`.
 */
import { z } from 'zod'
import { type DayDetector, type DayFinding, type DayView, flatnessOf } from './day-detector.ts'
import { type DayRecords, isReference, LEVEL, LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'

export const MeteredDropConfig = z.strictObject({
  /** Accounts that usually draw less than this mean power (W) are not looked at. */
  leastUsualW: z.number().positive().default(800),
  /** A fall of the day's mean below this (W) is not a drop. */
  leastW: z.number().positive().default(500),
  /** …nor one of a smaller share of the usual mean. */
  share: z.number().positive().max(1).default(0.35),
  /** …nor one of fewer spreads of the usual mean. */
  spreads: z.number().positive().default(3),
  /** The day must stay below this share of the lowest usual day. */
  timesLowest: z.number().positive().max(1).default(0.85),
})
type Config = z.output<typeof MeteredDropConfig>

const LEAST_DAYS = 7

export function meteredDrop(config: Config): DayDetector {
  return {
    name: 'metered-drop',
    aside: true,
    judge({ watts, usual: { mean }, meanW, swings }: DayView): DayFinding | null {
      if (mean.days < LEAST_DAYS || mean.medianW < config.leastUsualW) return null
      const fallenW = mean.medianW - meanW
      const line = Math.max(config.leastW, config.share * mean.medianW, config.spreads * mean.spreadW)
      if (fallenW < line || meanW > config.timesLowest * mean.minimumW) return null
      let slots = 0
      for (let slot = 0; slot < 96; slot++) if (!Number.isNaN(watts[slot])) slots++
      return {
        detector: 'metered-drop',
        startSlot: firstLow(watts, mean.medianW),
        endSlot: 96,
        hours: slots / 4,
        powerW: fallenW,
        energyWh: (fallenW * slots) / 4,
        flatness: flatnessOf(watts, 0, 96, mean.medianW),
        tangent: Number.NaN,
        swings,
        lift: Number.NaN,
        surprise: fallenW / Math.max(mean.spreadW, 1),
        usualW: mean.medianW,
      }
    },
  }
}

/** At a glance: the day lies below all usual ones, and four of them stand a third higher. True more often than a drop is. */
export function mayHaveFallen(records: DayRecords, row: number, day: number, mean: number): boolean {
  const { columns } = records
  const apart = records.apartOf(row, day)
  let above = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    if (apart[back] === 1 || !isReference(columns.coverage[at])) continue
    const before = columns.mean[at] & LEVEL
    if (before <= mean) return false
    if (before > mean + GLANCE_CODES) above++
  }
  return above >= 4
}

/** Steps of code of a quarter less: the settings may not be made finer than this. */
const GLANCE_CODES = 70

/** The slot after the last one that still held the usual mean, when that was in the day's first half. */
function firstLow(watts: Float64Array, usualW: number): number {
  for (let slot = 47; slot >= 0; slot--) if (watts[slot] >= usualW) return slot + 1
  return 0
}
