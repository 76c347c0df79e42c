/**
 * How well a supply is watched: from which power on its detectors would hold a load that runs round the clock against a
 * day, while the host does as it usually does. The lines are the detectors' own (flat-load.ts, surplus.ts, dead-account.ts).
 * One day is enough for the line; an alert wants two or three of them, so what is seen here is seen within a week.
 */

import type { z } from 'zod'
import type { Watch } from '../model/observability.ts'
import type { Usual } from './day-detector.ts'
import { COVERAGE_SLOTS, type DayRecords, JUDGEABLE_SLOTS, LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'
import type { DetectorBank } from './detector-bank.ts'
import { AREA_FLAT } from './detector-set.ts'
import type { Episode } from './episode.ts'
import { type FlatLoadConfig, flatLoadLine, raisedLine } from './flat-load.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { surplusLine } from './surplus.ts'
import { UsualDays } from './usual-days.ts'

/** The part of the bank's state that is looked at; never changed. */
export type JudgedState = Pick<DetectorBank, 'config' | 'rows' | 'areaRows' | 'window' | 'points' | 'areas'>

export interface Watched {
  readonly watch: Watch
  /** W; NaN unless judged. */
  readonly seenW: number
}

/** A meter whose newest day is older than this is not read any more: files come a day late. */
const LIVE_DAYS = 2
const WEEK = 7
/** Days of the last week that must be judgeable: as many as an alert wants (compose-alert.ts). */
const POINT_DAYS = 2
const AREA_DAYS = 3
/** Fewer days of reference than this are no ground to promise anything. */
const LEARNT_DAYS = 4

const SILENT: Watched = { watch: 'silent', seenW: Number.NaN }
const NO_TOTAL: Watched = { watch: 'no-total', seenW: Number.NaN }
const INCOMPLETE: Watched = { watch: 'incomplete', seenW: Number.NaN }
const LEARNING: Watched = { watch: 'learning', seenW: Number.NaN }

/** Remembers what it found: for one look at the state, not for the next. */
export class SupplyWatch {
  readonly #state: JudgedState
  readonly #known: JudgedLedger
  readonly #today: number
  readonly #points = new Map<number, Watched>()
  readonly #areas = new Map<number, Watched>()

  /** `today`: day of the newest reading of all. `known` may be newer than the state: its further rows were never read. */
  constructor(state: JudgedState, known: JudgedLedger, today: number) {
    this.#state = state
    this.#known = known
    this.#today = today
  }

  point(row: number): Watched {
    return remembered(this.#points, row, () => this.#lookAtPoint(row))
  }

  /** What passes the meters of an area. */
  area(area: number): Watched {
    return remembered(this.#areas, area, () => this.#lookAtArea(area))
  }

  #lookAtPoint(row: number): Watched {
    const { config, points, window } = this.#state
    if (!this.#isRead(row)) return SILENT
    if (this.#known.dead[row] === 1) {
      return { watch: 'judged', seenW: Math.max(config.deadAccount.creepW, config.deadAccount.leastWh / 24) }
    }
    const day = window.newestDay(row)
    const complete = isComplete(points.records, row, day, POINT_DAYS)
    if (complete === false) return INCOMPLETE
    if (complete === undefined) return LEARNING
    const usual = usualBefore(points.standing.get(row), 'flat-load') ?? new UsualDays(points.records, row, day)
    return usual.floor.days < LEARNT_DAYS ? LEARNING : judgedFrom(flatLine(config.flatLoad, usual))
  }

  #lookAtArea(area: number): Watched {
    const { config, areas, areaRows, window } = this.#state
    const total = this.#known.totalRow[area]
    if (total < 0) return NO_TOTAL
    if (!this.#isRead(total) || area >= areaRows) return SILENT
    const day = window.newestDay(total)
    const complete = isComplete(areas.records, area, day, AREA_DAYS) ?? (areas.settledDay[area] > 0 ? false : undefined)
    if (complete === false) return INCOMPLETE
    if (complete === undefined) return LEARNING
    const episodes = areas.standing.get(area)
    const usual = new UsualDays(areas.records, area, day)
    const { mean } = usualBefore(episodes, 'surplus') ?? usual
    const surplusW = surplusLine(config.surplus, mean) + mean.spreadW
    const flatW = flatLine({ ...config.flatLoad, ...AREA_FLAT }, usualBefore(episodes, 'flat-load') ?? usual)
    return judgedFrom(Math.min(surplusW, flatW))
  }

  #isRead(row: number): boolean {
    if (row >= this.#state.rows) return false
    const newest = this.#state.window.newestDay(row)
    return newest > 0 && newest >= this.#today - LIVE_DAYS
  }
}

/**
 * A step of the floor, or a rise of the lowest hour of four days above its highest, whichever a load reaches first. The
 * host is taken a spread below its median (its envelope at the lowest), or the load would be seen on every other day only.
 */
function flatLine(config: z.output<typeof FlatLoadConfig>, { floor, leastEnvelope }: Usual): number {
  const stepW = flatLoadLine(config, floor) + floor.spreadW
  const raisedW = raisedLine(config, leastEnvelope) + leastEnvelope.rangeW
  return Number.isNaN(raisedW) ? stepW : Math.min(stepW, raisedW)
}

function judgedFrom(seenW: number): Watched {
  return Number.isNaN(seenW) ? LEARNING : { watch: 'judged', seenW: Math.ceil(seenW) }
}

/** What was usual before a load that stands there now. */
function usualBefore(episodes: readonly Episode[] | undefined, detector: string): Usual | undefined {
  return episodes?.find((episode) => episode.detector === detector && episode.closedAt === null)?.usual
}

/** Whether so many days of the week before `day` can be judged; undefined when there is no day yet. The oldest day of all may have begun late. */
function isComplete({ columns: { coverage } }: DayRecords, row: number, day: number, wanted: number): boolean | undefined {
  let judgeable = 0
  let oldest = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const slots = coverage[row * RING_DAYS + ((day - back) % RING_DAYS)] & COVERAGE_SLOTS
    if (slots > 0) oldest = back
    if (back <= WEEK && slots >= JUDGEABLE_SLOTS) judgeable++
  }
  if (oldest === 0) return undefined
  return judgeable >= Math.min(wanted, oldest - 1)
}

function remembered(found: Map<number, Watched>, key: number, look: () => Watched): Watched {
  let watched = found.get(key)
  if (watched === undefined) {
    watched = look()
    found.set(key, watched)
  }
  return watched
}
