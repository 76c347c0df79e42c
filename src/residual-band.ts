/**
 * Where an area's remainder was to be expected, with its error: the median of the same quarter-hour on the days before, and
 * twice its spread, median and spread taken as the detectors take them (1.4826 × median absolute deviation, never held to be
 * steadier than theirs). Upwards it is wider by what the two models of the loss have come to differ by (area-balance.ts): the
 * loss was taken off by the one, and had it been the smaller, so much more would remain.
 */
import { medianAbsoluteDeviation, quantile } from 'simple-statistics'
import { SLOTS } from '../detectors/day-clock.ts'
import { LOOK_BACK_DAYS } from '../detectors/day-record.ts'

/** One quarter-hour of the remainder; `doubtW`: how far the loss models differ at its supply. */
export interface BalancedSlot {
  readonly day: number
  readonly slot: number
  readonly watts: number
  readonly doubtW: number
}

export interface Band {
  readonly lowW: Float32Array
  readonly highW: Float32Array
}

/** 95 of 100 quarter-hours, were the remainder normal. */
const SPREADS = 2
/** Days before which nothing is said; neighbours in time are pooled. */
const LEAST_DAYS = 4
const POOLED = [-1, 0, 1]

/** For each of `rows`, NaN where unknown; from the days before day `before`. Null when they say nothing. */
export function residualBand(rows: readonly BalancedSlot[], before: number, steadiestW: number): Band | null {
  const known: { watts: number[]; doubts: number[]; days: Set<number> }[] = Array.from({ length: SLOTS }, () => ({
    watts: [],
    doubts: [],
    days: new Set(),
  }))
  for (const { day, slot, watts, doubtW } of rows) {
    if (day >= before || day < before - LOOK_BACK_DAYS) continue
    for (const by of POOLED) {
      const place = known[(slot + by + SLOTS) % SLOTS]
      place.watts.push(watts)
      place.doubts.push(doubtW)
      place.days.add(day)
    }
  }
  const usual = known.map(({ watts, doubts, days }) => {
    if (days.size < LEAST_DAYS) return { watts: Number.NaN, errorW: Number.NaN, doubtW: Number.NaN }
    const spreadW = Math.max(steadiestW, 1.4826 * medianAbsoluteDeviation(watts))
    return { watts: quantile(watts, 0.5), errorW: SPREADS * spreadW, doubtW: quantile(doubts, 0.5) }
  })
  if (usual.every(({ watts }) => Number.isNaN(watts))) return null
  return {
    lowW: Float32Array.from(rows, ({ slot }) => usual[slot].watts - usual[slot].errorW),
    highW: Float32Array.from(
      rows,
      ({ slot, doubtW }) => usual[slot].watts + usual[slot].errorW + Math.max(0, doubtW - usual[slot].doubtW),
    ),
  }
}
