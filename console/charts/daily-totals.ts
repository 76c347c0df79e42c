import type { Night } from '../../model/sunlight.ts'
import { zoneOffset } from '../i18n/format.ts'
import type { PowerSeries } from './power-series.ts'

const DAY = 86_400

export interface DailyTotal {
  /** UTC seconds somewhere in the local day. */
  readonly at: number
  readonly nightWatts: number | undefined
  readonly dayWatts: number | undefined
  readonly peakWatts: number
  readonly missingSeconds: number
}

/** The curve in words: one row per local day that [from, to) touches. */
export function dailyTotals(series: PowerSeries, nights: readonly Night[], from: number, to: number, zone: string): DailyTotal[] {
  const totals = new Map<number, { night: Mean; day: Mean; peak: number; covered: number; span: number }>()
  const dayOf = (seconds: number) => Math.floor((seconds + zoneOffset(seconds, zone)) / DAY)
  for (let at = from; at < to; ) {
    const day = dayOf(at)
    const end = Math.min(to, (day + 1) * DAY - zoneOffset(at, zone))
    totals.set(day, { night: { sum: 0, span: 0 }, day: { sum: 0, span: 0 }, peak: 0, covered: 0, span: end - at })
    at = end
  }
  for (let row = 0; row < series.start.length; row++) {
    const start = series.start[row] ?? 0
    const span = series.seconds[row] ?? 0
    const watts = series.watts[row] ?? 0
    const total = totals.get(dayOf(start))
    if (!total) continue
    const middle = start + span / 2
    const half = nights.some((night) => middle >= night.from && middle < night.to) ? total.night : total.day
    half.sum += watts * span
    half.span += span
    total.peak = Math.max(total.peak, watts)
    total.covered += span
  }
  return [...totals].map(([day, { night, day: light, peak, covered, span }]) => ({
    at: day * DAY - zoneOffset(day * DAY, zone) + 1,
    nightWatts: meanOf(night),
    dayWatts: meanOf(light),
    peakWatts: peak,
    missingSeconds: Math.max(0, span - covered),
  }))
}

interface Mean {
  sum: number
  span: number
}

function meanOf({ sum, span }: Mean): number | undefined {
  return span === 0 ? undefined : sum / span
}
