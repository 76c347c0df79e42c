/**
 * The other side of a stray meter: the area that feeds it has its load in the remainder. A remainder that rose by what a
 * stray meter of a neighbouring area drew more on the same days is that meter's, and nobody's tap.
 */
import { median } from 'simple-statistics'
import { type DayClock, dayOf } from './day-clock.ts'
import type { Episode, Standing } from './episode.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { distanceMeters } from './reach.ts'
import { isOnWrongArea, type StrayMeter, type StrayMeters } from './stray-meters.ts'

/** Books go wrong between neighbours, m. */
const NEIGHBOUR_METERS = 3_000
/** Days before the onset that say what was usual. */
const USUAL_DAYS = 14
/** Of the rise, day by day, the meter may leave so much unexplained. */
const MOST_LEFT = 0.3
/** Days on which both are known. */
const LEAST_TOLD = 2

/** Whether one area may feed what is booked on the other. */
export function areNeighbours({ ledger: { areas } }: JudgedLedger, one: number, other: number): boolean {
  if (one === other) return false
  if (areas.feeder[one] !== '' && areas.feeder[one] === areas.feeder[other]) return true
  const apart = distanceMeters(areas.latitude[one], areas.longitude[one], areas.latitude[other], areas.longitude[other])
  return apart <= NEIGHBOUR_METERS
}

/** Stray meters of the neighbours of an area, in order of their rows. */
export function straysNear(known: JudgedLedger, strays: StrayMeters, area: number): readonly StrayMeter[] {
  return strays
    .all()
    .filter((stray) => !stray.mended && isOnWrongArea(stray) && areNeighbours(known, stray.area, area))
    .sort((a, b) => a.row - b.row)
}

/** Row of the stray meter that explains an area's rise as known at a standing, null when none does. */
export function strayBehind(clock: DayClock, episode: Episode, until: Standing, strays: readonly StrayMeter[]): number | null {
  const rises = risesUntil(episode, until)
  const totalW = rises.reduce((sum, [, riseW]) => sum + Math.abs(riseW), 0)
  if (totalW === 0) return null
  const onsetDay = dayOf(clock, episode.onset)
  let best: { row: number; leftW: number } | null = null
  for (const { row, since, days } of strays) {
    const before = days.filter(([day]) => day < onsetDay && day >= onsetDay - USUAL_DAYS).map(([, watts]) => watts)
    if (since > until.day || before.length === 0) continue
    const usualW = median(before)
    const drawn = new Map(days)
    const told = rises.filter(([day]) => drawn.has(day))
    if (told.length < Math.max(LEAST_TOLD, rises.length / 2)) continue
    const scale = rises.length / told.length
    const leftW = scale * told.reduce((sum, [day, riseW]) => sum + Math.abs(riseW - ((drawn.get(day) ?? 0) - usualW)), 0)
    if (leftW <= MOST_LEFT * totalW && (best === null || leftW < best.leftW)) best = { row, leftW }
  }
  return best?.row ?? null
}

/** What the remainder rose by on each suspect day up to a standing, W over the whole day. */
function risesUntil({ standings }: Episode, until: Standing): (readonly [day: number, riseW: number])[] {
  const rises: (readonly [number, number])[] = []
  let sumW = 0
  let hotDays = 0
  for (const { day, hotDays: n, meanRiseW } of standings) {
    if (day > until.day || meanRiseW === null) break
    // the last of many standings stands for several days
    rises.push([day, (meanRiseW * n - sumW) / (n - hotDays)])
    sumW = meanRiseW * n
    hotDays = n
  }
  return rises
}
