import { QUALITY_RANK } from '../../model/reading-quality.ts'
import type { LoadProfile } from '../api/load-profile.ts'

/** A time without readings, UTC seconds. */
export interface Gap {
  readonly from: number
  readonly to: number
}

/** Mean power per interval, rows in order of start; what is missing is a gap and has no row. */
export interface PowerSeries {
  /** UTC seconds. */
  readonly start: readonly number[]
  readonly seconds: readonly number[]
  readonly watts: readonly number[]
  readonly estimated: readonly boolean[]
  readonly revised: readonly boolean[]
  readonly gaps: readonly Gap[]
}

/** Rank (model/reading-quality.ts) below which a reading counts as estimated; a residual is always derived, rank 1. */
export const MEASURED_RANK = 2
export const DERIVED_RANK = 1

/** Energies per interval to powers, and the holes between them to gaps; what ranks below `leastRank` is marked estimated. */
export function powerSeries(
  { start, seconds, energyWh, quality, revisions }: LoadProfile,
  leastRank = MEASURED_RANK,
): PowerSeries {
  const series: Rows = { start: [], seconds: [], watts: [], estimated: [], revised: [], gaps: [] }
  let covered: number | undefined
  for (let row = 0; row < start.length; row++) {
    const from = start[row]
    const span = seconds[row]
    const energy = energyWh[row]
    if (from === undefined || span === undefined || span <= 0 || energy === undefined || energy === null) continue
    if (covered !== undefined && from > covered + 1) series.gaps.push({ from: covered, to: from })
    series.start.push(from)
    series.seconds.push(span)
    series.watts.push((energy * 3600) / span)
    series.estimated.push((QUALITY_RANK[quality?.[row] ?? 0] ?? 0) < leastRank)
    series.revised.push((revisions?.[row] ?? 1) > 1)
    covered = from + span
  }
  return series
}

/** The rows that start in [from, to), and the gaps that touch it, ends of the window included. */
export function sliceSeries(series: PowerSeries, from: number, to: number): PowerSeries {
  const first = lowerBound(series.start, from)
  const last = lowerBound(series.start, to)
  return {
    start: series.start.slice(first, last),
    seconds: series.seconds.slice(first, last),
    watts: series.watts.slice(first, last),
    estimated: series.estimated.slice(first, last),
    revised: series.revised.slice(first, last),
    gaps: series.gaps.filter((gap) => gap.to > from && gap.from < to),
  }
}

/** End of the last interval, UTC seconds; undefined without rows. */
export function endOf(series: PowerSeries): number | undefined {
  const last = series.start.length - 1
  const start = series.start[last]
  return start === undefined ? undefined : start + (series.seconds[last] ?? 0)
}

/** First index whose value is at least `wanted`, in a rising array. */
export function lowerBound(values: readonly number[], wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Mean of the rows that start in [from, to), weighted by their length; undefined without rows. */
export function meanWatts(series: PowerSeries, from: number, to: number): number | undefined {
  let energy = 0
  let span = 0
  for (let row = lowerBound(series.start, from); row < series.start.length; row++) {
    if ((series.start[row] ?? 0) >= to) break
    energy += (series.watts[row] ?? 0) * (series.seconds[row] ?? 0)
    span += series.seconds[row] ?? 0
  }
  return span === 0 ? undefined : energy / span
}

interface Rows {
  start: number[]
  seconds: number[]
  watts: number[]
  estimated: boolean[]
  revised: boolean[]
  gaps: Gap[]
}
