import { zoneOffset } from '../i18n/format.ts'
import type { PowerSeries } from './power-series.ts'

const DAY = 86_400
const HOUR = 3_600

export interface HourGrid {
  /** Local midnights of the days, UTC seconds, in order. */
  readonly days: readonly number[]
  /** Mean watts by day and hour of the local day; null where no reading covers the hour. */
  readonly watts: readonly (readonly (number | null)[])[]
  readonly peak: number
}

/** Mean power per local day and hour for the `count` days that end with the day of `until`. */
export function hourGrid(series: PowerSeries, until: number, count: number, zone: string): HourGrid {
  const lastDay = Math.floor((until - 1 + zoneOffset(until - 1, zone)) / DAY)
  const firstDay = lastDay - count + 1
  const energy = Array.from({ length: count }, () => new Float64Array(24))
  const covered = Array.from({ length: count }, () => new Float64Array(24))
  for (let row = 0; row < series.start.length; row++) {
    let at = (series.start[row] ?? 0) + zoneOffset(series.start[row] ?? 0, zone)
    const end = at + (series.seconds[row] ?? 0)
    const watts = series.watts[row] ?? 0
    while (at < end) {
      const day = Math.floor(at / DAY)
      const hour = Math.floor((at - day * DAY) / HOUR)
      const next = Math.min(end, day * DAY + (hour + 1) * HOUR)
      const energyOfDay = energy[day - firstDay]
      const coveredOfDay = covered[day - firstDay]
      if (energyOfDay && coveredOfDay) {
        energyOfDay[hour] = (energyOfDay[hour] ?? 0) + watts * (next - at)
        coveredOfDay[hour] = (coveredOfDay[hour] ?? 0) + next - at
      }
      at = next
    }
  }
  let peak = 0
  const watts = energy.map((ofDay, day) =>
    Array.from(ofDay, (sum, hour) => {
      const span = covered[day]?.[hour] ?? 0
      if (span === 0) return null
      peak = Math.max(peak, sum / span)
      return sum / span
    }),
  )
  const days = Array.from({ length: count }, (_, day) => midnight((firstDay + day) * DAY, zone))
  return { days, watts, peak }
}

/**
 * When to go: the hours of the day at 80 % of the highest or more, as [first, last] hours in order (22–5 over midnight);
 * undefined when the load hardly changes over the day or nothing is known. Only days from `since` (UTC seconds) on count.
 */
export function busyHours({ days, watts }: HourGrid, since: number): readonly [number, number][] | undefined {
  const means = Array.from({ length: 24 }, (_, hour) => {
    const values = watts.flatMap((ofDay, day) => ((days[day] ?? 0) >= since - DAY ? (ofDay[hour] ?? []) : []))
    return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
  })
  const highest = Math.max(...means)
  const busy = means.map((mean) => highest > 0 && mean >= 0.8 * highest)
  if (!busy.includes(true) || busy.filter(Boolean).length >= 20) return undefined
  const runs: [number, number][] = []
  for (let hour = 0; hour < 24; hour++) {
    if (!busy[hour] || busy[(hour + 23) % 24]) continue
    let last = hour
    while (busy[(last + 1) % 24]) last++
    runs.push([hour, (last + 1) % 24])
  }
  return runs
}

function midnight(local: number, zone: string): number {
  return local - zoneOffset(local - zoneOffset(local, zone), zone)
}
