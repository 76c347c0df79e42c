/**
 * What the load used to be: P10 and P90 of the days before the onset, per quarter-hour of the day and kind of day (working
 * day or weekend), neighbours in time pooled. Quantiles, so that a few odd days before the onset do not widen the band.
 */
import { zoneOffset } from '../i18n/format.ts'
import { lowerBound, type PowerSeries } from './power-series.ts'

const DAY = 86_400
const SLOT = 900
const SLOTS = DAY / SLOT
const REFERENCE_DAYS = 60
/** Values below which a slot of one kind of day borrows from the other, and below which nothing is said. */
const ENOUGH = 9
const FEWEST = 5

export interface Band {
  /** Watts at each asked time, null where too little is known. */
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** The band at `times` (UTC seconds) from the rows of `series` in the 60 days before `onset`; undefined when that is nowhere enough. */
export function expectedBand(series: PowerSeries, onset: number, times: readonly number[], zone: string): Band | undefined {
  const table = slotTable(series, onset, zone)
  const rows = times.map((time) => {
    const { slot, weekend } = slotOf(time, zone)
    return table[weekend * SLOTS + slot]
  })
  if (rows.every((row) => row === undefined)) return undefined
  return { low: rows.map((row) => row?.low ?? null), high: rows.map((row) => row?.high ?? null) }
}

function slotTable(series: PowerSeries, onset: number, zone: string): ({ low: number; high: number } | undefined)[] {
  const values: number[][] = Array.from({ length: 2 * SLOTS }, () => [])
  const first = lowerBound(series.start, onset - REFERENCE_DAYS * DAY)
  const last = lowerBound(series.start, onset)
  for (let row = first; row < last; row++) {
    if (series.estimated[row]) continue
    const start = series.start[row] ?? 0
    const watts = series.watts[row] ?? 0
    // A longer interval stands for every quarter-hour in it.
    for (let at = start; at < start + (series.seconds[row] ?? 0); at += SLOT) {
      const { slot, weekend } = slotOf(at, zone)
      values[weekend * SLOTS + slot]?.push(watts)
    }
  }
  return values.map((_, index) => {
    const weekend = Math.floor(index / SLOTS)
    const slot = index % SLOTS
    const same = pooled(values, weekend, slot)
    const chosen = same.length >= ENOUGH ? same : [...same, ...pooled(values, 1 - weekend, slot)]
    if (chosen.length < FEWEST) return undefined
    chosen.sort((a, b) => a - b)
    return { low: quantile(chosen, 0.1), high: quantile(chosen, 0.9) }
  })
}

function pooled(values: readonly number[][], weekend: number, slot: number): number[] {
  return [-1, 0, 1].flatMap((shift) => values[weekend * SLOTS + ((slot + shift + SLOTS) % SLOTS)] ?? [])
}

function slotOf(time: number, zone: string): { slot: number; weekend: number } {
  const local = time + zoneOffset(time, zone)
  const day = Math.floor(local / DAY)
  // 1 January 1970 was a Thursday.
  const weekday = (day + 4) % 7
  return { slot: Math.floor((local - day * DAY) / SLOT), weekend: weekday === 0 || weekday === 6 ? 1 : 0 }
}

/** Quantile of a sorted, non-empty array, with linear interpolation. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? 0
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at))
}
