/**
 * Stray meters (户变关系错误): a meter that is booked on one area and fed by another. Whatever it draws is missing from the
 * remainder of the area that has it on its books: the remainder moves by minus its load, quarter-hour by quarter-hour. That
 * is told by the slope of the remainder's changes over the meter's own, at two distances in time: a clock that is wrong
 * agrees at the longer only, a neighbour who keeps opposite hours at the shorter not at all. A stray meter's load is put back
 * into the remainder as far as it differs from its usual mean, so that what was learnt of the area stays true; and it is
 * told, so that the books are set right.
 * Own derivation: what is supplied is what is drawn and lost, so a load on the wrong side of that sum has a slope of −1.
 */
import { allocateColumns, bytesOfColumns, type Columns } from '../model/columns.ts'
import { SLOTS } from './day-clock.ts'
import { meanOf } from './day-detector.ts'
import { countOf, type Fit, fitOf, squareOf, sumsOf } from './slope-fit.ts'

/** Distances in time at which changes are compared, slots. */
const NEAR = 1
const FAR = 8
/** What a day weighs in the sums of the next. */
const DAILY_WEIGHT = 0.96
/** The slope of a meter on the wrong area is −1, and class errors move it little; of one that counts twice what it should it is −½. */
const SLOPES = [-1.25, -0.4] as const
/** The two slopes of one meter differ by no more. */
const APART = 0.2
/** A stray meter is let go once its slope is known and is not this any more. */
const STILL_STRAY = [-1.6, -0.25] as const
/** Standard error of the slope of one day with which it is told that a meter was mended. */
const CLEAR_ERROR = 0.05
/** Slope by its standard error. */
const CERTAIN = 12
/** Slots compared before anything is said: three days of them. */
const LEAST_SLOTS = 270
/** A meter that never changes by more than this (W, root mean square) moves no remainder that matters. */
const LEAST_CHANGE_W = 60
/** Days that must show it by themselves: one wrong value may make up a slope. */
const LEAST_DAYS = 4
/** Slope by which a multiplier differs from a wrong area, and days that tell of the time before it. */
const LEAST_MANIFOLD = 0.07
const KNOWN_DAYS = 6
const WEEK = 7
/** Days of a stray meter's means that are kept. */
const MOST_DAYS = 100

const POINT_TYPES = {
  nearProduct: Float32Array,
  nearSquare: Float32Array,
  farProduct: Float32Array,
  farSquare: Float32Array,
  /** Days that showed it by themselves, less those that showed the contrary. */
  days: Uint8Array,
} as const
const AREA_TYPES = { nearCount: Float32Array, nearSquare: Float32Array, farCount: Float32Array, farSquare: Float32Array } as const
export const STRAY_BYTES_PER_ROW = bytesOfColumns(POINT_TYPES, 1)

export interface StrayMeter {
  readonly row: number
  /** Area on whose books it is. */
  readonly area: number
  /** Day whose readings settled it. */
  readonly since: number
  /** Slope of the remainder's changes over its own, and the slope's standard error. */
  readonly slope: number
  readonly error: number
  /** Mean that was usual when it was found (W): what is put back is compared with it. */
  readonly usualW: number
  /** It counts manifold since not long before it was found; otherwise it was booked wrongly, or counted so, ever since. */
  readonly manifold: boolean
  /** The last day by itself says that it is no longer so: it was connected, or set, right. */
  readonly mended: boolean
  /** Mean of its days, oldest first, W. */
  readonly days: readonly (readonly [day: number, meanW: number])[]
}

/** Reads one day of a meter into an array of W per slot, NaN where missing. */
export type ReadDay = (row: number, into: Float64Array) => void

export class StrayMeters {
  readonly points: Columns<typeof POINT_TYPES>
  readonly areas: Columns<typeof AREA_TYPES>
  readonly #strays = new Map<number, readonly StrayMeter[]>()
  /** What share of its load was put back last, by row. */
  readonly #putBack = new Map<number, number>()
  readonly #watts = new Float64Array(SLOTS)
  readonly #rest = new Float64Array(SLOTS)

  constructor(rows: number, areas: number) {
    this.points = allocateColumns(POINT_TYPES, rows)
    this.areas = allocateColumns(AREA_TYPES, areas)
  }

  /** Stray meters on the books of an area. */
  of(area: number): readonly StrayMeter[] {
    return this.#strays.get(area) ?? []
  }

  all(): readonly StrayMeter[] {
    return [...this.#strays.values()].flat()
  }

  /** What is missing from the remainder of an area, once learnt, because stray meters are on its books, W. */
  levelOf(area: number): number {
    let levelW = 0
    for (const stray of this.of(area)) if (!stray.manifold) levelW += shareOf(stray) * stray.usualW
    return levelW
  }

  /** A meter that moved to another area begins anew. */
  forget(row: number): void {
    for (const column of Object.values(this.points)) column[row] = 0
  }

  /** Puts back into a remainder what stray meters drew more or less than usual. `isMember`: whether it still is on the books. */
  putBack(area: number, watts: Float64Array, read: ReadDay, isMember: (row: number) => boolean): void {
    this.#putBack.clear()
    for (const stray of this.of(area)) {
      const { row, usualW } = stray
      const booked = isMember(row)
      if (booked) read(row, this.#watts)
      else this.#watts.fill(0)
      const share = shareOf(stray)
      const holds =
        booked && !isMended(fitOfDay(this.#watts, watts)) && (!stray.manifold || hasRisen(stray, usualW, meanOf(this.#watts)))
      const variation = holds ? share : 0
      const levelW = stray.manifold ? 0 : share * usualW
      // once it is connected right, or booked so, its load is in the remainder by itself, and only the level differs
      for (let slot = 0; slot < SLOTS; slot++) watts[slot] += variation * valueOr(this.#watts[slot], usualW) - levelW
      this.#putBack.set(row, variation)
    }
  }

  /**
   * Takes in a settled day: `watts` is the remainder with stray meters put back; of it, and of what `read` reads, only what
   * was measured: an estimate that is wrong by a member's own load has a slope of −1. `history` is asked of a meter newly
   * found: its usual mean and the means of its days, W.
   */
  note(
    area: number,
    day: number,
    watts: Float64Array,
    members: Uint32Array,
    read: ReadDay,
    history: { usualMeanW(row: number): number; meansBefore(row: number): (readonly [number, number])[] },
  ): void {
    const { areas } = this
    const held = this.of(area)
    areas.nearCount[area] = DAILY_WEIGHT * areas.nearCount[area] + countOf(watts, NEAR)
    areas.farCount[area] = DAILY_WEIGHT * areas.farCount[area] + countOf(watts, FAR)
    areas.nearSquare[area] = DAILY_WEIGHT * areas.nearSquare[area] + squareOf(watts, NEAR)
    areas.farSquare[area] = DAILY_WEIGHT * areas.farSquare[area] + squareOf(watts, FAR)
    const after: StrayMeter[] = []
    let found: StrayMeter | null = null
    for (const row of members) {
      read(row, this.#watts)
      const stray = held.find((one) => one.row === row)
      if (stray === undefined) {
        this.#learn(row, watts)
        const fit = this.#fit(area, row)
        if (fit === null || (found !== null && Math.abs(found.slope) / found.error >= Math.abs(fit.slope) / fit.error)) continue
        const days = history.meansBefore(row)
        const usualW = valueOr(history.usualMeanW(row), days[0]?.[1] ?? 0)
        found = { row, area, since: day, ...fit, usualW, manifold: isManifold(fit, usualW, days), mended: false, days }
        continue
      }
      const followed = this.#follow(stray, day, watts)
      if (followed !== null) after.push(followed)
    }
    for (const stray of held) if (!members.includes(stray.row)) after.push(stray)
    if (found !== null) {
      after.push(found)
      // what others seemed to have in common with the remainder was this one's
      for (const row of members) if (row !== found.row && !after.some((one) => one.row === row)) this.forget(row)
      for (const column of Object.values(areas)) column[area] = 0
    }
    if (after.length > 0) this.#strays.set(area, after)
    else this.#strays.delete(area)
  }

  /** The stray meter after a settled day, whose readings `#watts` holds; null when it is none any more. */
  #follow(stray: StrayMeter, day: number, watts: Float64Array): StrayMeter | null {
    const { row, area } = stray
    const variation = this.#putBack.get(row) ?? 0
    for (let slot = 0; slot < SLOTS; slot++) this.#rest[slot] = watts[slot] - variation * this.#watts[slot]
    const meanW = meanOf(this.#watts)
    const days = Number.isNaN(meanW) ? stray.days : [...stray.days, [day, meanW] as const].slice(-MOST_DAYS)
    if (isMended(fitOfDay(this.#watts, this.#rest))) {
      // one that counted manifold leaves no level behind; any other is held, or the level would jump
      if (stray.manifold) this.forget(row)
      return stray.manifold ? null : { ...stray, mended: true, days }
    }
    this.#learn(row, this.#rest)
    const fit = this.#near(area, row)
    if (!(this.points.nearSquare[row] > 0)) return { ...stray, days }
    return within(fit.slope, STILL_STRAY) ? { ...stray, ...fit, mended: false, days } : null
  }

  /** Takes over what `other` knows of its only area, whose row i is `rows[i]` here. */
  carry(other: StrayMeters, area: number, rows: readonly number[]): void {
    const strays = other.of(0).map((stray) => ({ ...stray, area, row: rows[stray.row] }))
    if (strays.length > 0) this.#strays.set(area, strays)
    else this.#strays.delete(area)
  }

  snapshot(): string {
    return JSON.stringify([...this.#strays].sort(([a], [b]) => a - b))
  }

  restore(json: string): void {
    this.#strays.clear()
    const saved: [number, readonly StrayMeter[]][] = json === '' ? [] : JSON.parse(json)
    for (const [area, strays] of saved) this.#strays.set(area, strays)
  }

  /** Adds what a day says of a meter, whose readings `#watts` holds. */
  #learn(row: number, watts: Float64Array): void {
    const { points } = this
    const near = sumsOf(this.#watts, watts, NEAR)
    const far = sumsOf(this.#watts, watts, FAR)
    if (near.square >= LEAST_CHANGE_W ** 2 * SLOTS) {
      const shown = within(near.product / near.square, STILL_STRAY)
      points.days[row] = Math.max(0, Math.min(250, points.days[row] + (shown ? 1 : -1)))
    }
    points.nearProduct[row] = DAILY_WEIGHT * points.nearProduct[row] + near.product
    points.nearSquare[row] = DAILY_WEIGHT * points.nearSquare[row] + near.square
    points.farProduct[row] = DAILY_WEIGHT * points.farProduct[row] + far.product
    points.farSquare[row] = DAILY_WEIGHT * points.farSquare[row] + far.square
  }

  /** Null unless both slopes are those of a stray meter, and certain. */
  #fit(area: number, row: number): Fit | null {
    const { points, areas } = this
    if (!(areas.nearCount[area] >= LEAST_SLOTS)) return null
    if (points.days[row] < LEAST_DAYS || points.nearSquare[row] < LEAST_CHANGE_W ** 2 * areas.nearCount[area]) return null
    const near = this.#near(area, row)
    if (!within(near.slope, SLOPES) || Math.abs(near.slope) < CERTAIN * near.error) return null
    // neighbouring changes over the longer distance overlap: they count for as many as there are apart
    const far = fitOf(points.farProduct[row], points.farSquare[row], areas.farSquare[area], areas.farCount[area] / FAR)
    const certain = Math.abs(far.slope) >= (CERTAIN / 3) * far.error
    return certain && Math.abs(far.slope - near.slope) <= APART ? near : null
  }

  #near(area: number, row: number): Fit {
    const { points, areas } = this
    return fitOf(points.nearProduct[row], points.nearSquare[row], areas.nearSquare[area], areas.nearCount[area])
  }
}

/** Whether a meter counts manifold, and only since a while ago: what was usual of the area has nothing of it. */
function isManifold(fit: Fit, usualW: number, days: StrayMeter['days']): boolean {
  // the highest: it may have been found on the day of rest of a works
  const highW = Math.max(0, ...days.slice(-WEEK).map(([, meanW]) => meanW))
  // no load grows so much: a unit, whatever the slope leaves open
  if (usualW >= LEAST_CHANGE_W && highW > 20 * usualW) return true
  return fit.slope + 1 >= Math.max(LEAST_MANIFOLD, 3 * fit.error) && days.length >= KNOWN_DAYS && hasRisen(fit, usualW, highW)
}

/** Halfway to as many times the usual mean as the slope says, and more. */
function hasRisen({ slope }: Pick<Fit, 'slope'>, usualW: number, meanW: number): boolean {
  return meanW > (0.5 + 0.5 / Math.max(0.001, 1 + slope)) * usualW
}

/** What share of a stray meter's load is put back: all of it, unless it surely is less. */
function shareOf({ slope, error, manifold }: StrayMeter): number {
  return !manifold && slope + 1 <= Math.max(0.03, 2.5 * error) ? 1 : -slope
}

/** Slope of one day alone, over the shorter distance. */
function fitOfDay(own: Float64Array, rest: Float64Array): Fit {
  const { product, square, total, count } = sumsOf(own, rest, NEAR)
  return fitOf(product, square, total, count)
}

/** Whether a day by itself says that the remainder does not go with the meter. */
function isMended({ slope, error }: Fit): boolean {
  return slope > STILL_STRAY[1] && error < CLEAR_ERROR
}

/** Fed by another area; otherwise it counts 1 ÷ (1 + slope) times what it should. */
export function isOnWrongArea({ slope, error, manifold }: Pick<StrayMeter, 'slope' | 'error' | 'manifold'>): boolean {
  return !manifold && slope + 1 <= Math.max(0.15, 2.5 * error)
}

function within(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high
}

function valueOr(value: number, other: number): number {
  return Number.isNaN(value) ? other : value
}
