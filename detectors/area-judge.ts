/** Judges the remainder of transformer areas day by day, as usage points are judged (detectors/area-balance.ts says what it is). */
import { areaRemainder, type MemberDay, REMAINDER_OFFSET_W } from './area-balance.ts'
import { type DayClock, SLOTS } from './day-clock.ts'
import { type DayDetector, meanOf } from './day-detector.ts'
import { DayRecords, JUDGEABLE_SLOTS, LEVEL, RING_DAYS, referenceOf } from './day-record.ts'
import type { Episode } from './episode.ts'
import type { IntervalWindow } from './interval-window.ts'
import type { JointSilence } from './joint-silence.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { LossDays } from './loss-days.ts'
import { measureDay } from './measure-day.ts'
import { memberLevels } from './member-levels.ts'
import { withPart } from './part-counted.ts'
import { sameEpisodes } from './point-judge.ts'
import { noteForgotten } from './recurrence.ts'
import { type SilentNight, silentNight } from './silent-night.ts'
import { slotCode, WATTS, wattsOf } from './slot-code.ts'
import { midnightSlot, nightOf } from './solar-night.ts'
import { isShapeless } from './spread-day.ts'
import type { StrayMeters } from './stray-meters.ts'
import { foldDay } from './subject-days.ts'

/** Of an area of which more of the customers than this were never read nothing is said. */
const MOST_UNREAD = 0.15
/** A day whose mean lies so far below the usual one says nothing of what is usual, W. */
const SUNK_W = 4_000
const SUNK_SPREADS = 8
const LEARNT_DAYS = 5
const NO_EPISODES: readonly Episode[] = []
const NOBODY: ReadonlySet<number> = new Set()
const UNKNOWN = new Float64Array(SLOTS).fill(Number.NaN)

export class AreaJudge {
  readonly records: DayRecords
  readonly settled = new Map<number, readonly Episode[]>()
  readonly standing = new Map<number, readonly Episode[]>()
  /** As of a PointJudge. */
  forgotten: Map<number, readonly Episode[]> | null = null
  readonly losses: LossDays
  readonly settledDay: Uint16Array
  readonly silence: JointSilence
  readonly strays: StrayMeters
  readonly #clock: DayClock
  readonly #window: IntervalWindow
  readonly #detectors: readonly DayDetector[]
  readonly #pointRecords: DayRecords
  readonly #supply = new Float64Array(SLOTS)
  readonly #memberWatts = new Float64Array(SLOTS)
  readonly #codes = new Uint16Array(SLOTS)
  readonly #watts = new Float64Array(SLOTS)
  #known: JudgedLedger

  constructor(
    clock: DayClock,
    window: IntervalWindow,
    detectors: readonly DayDetector[],
    pointRecords: DayRecords,
    silence: JointSilence,
    strays: StrayMeters,
    known: JudgedLedger,
    areas: number,
  ) {
    this.silence = silence
    this.strays = strays
    this.#clock = clock
    this.#window = window
    this.#detectors = detectors
    this.#pointRecords = pointRecords
    this.#known = known
    // a remainder is nobody's work: it does not stand still with the works
    this.records = new DayRecords({ ...clock, calendar: { ...clock.calendar, stoppages: [] } }, areas)
    this.losses = new LossDays(areas)
    this.settledDay = new Uint16Array(areas)
  }

  swapLedger(known: JudgedLedger): void {
    const before = this.#known.ledger.usagePoints.area
    const after = known.ledger.usagePoints.area
    for (let row = 0; row < before.length; row++) if (before[row] !== after[row]) this.strays.forget(row)
    this.#known = known
  }

  /** Beside the records, by name. */
  get columns(): Readonly<Record<string, Float32Array | Uint16Array>> {
    return { ...this.losses.state, ...this.strays.areas, settledDay: this.settledDay }
  }

  /** Judges the days of an area that are closed but not settled. True when its episodes changed. */
  judge(area: number): boolean {
    const total = this.#known.totalRow[area]
    if (total < 0 || this.#known.areaWatched[area] === 0) return false
    const newest = this.#window.newestDay(total)
    let episodes = this.settled.get(area) ?? NO_EPISODES
    for (const day of [newest - 1, newest]) {
      if (day <= this.settledDay[area] || (day === newest && !this.#window.isClosed(total, day))) continue
      episodes = this.#fold(area, day, episodes)
    }
    const before = this.standing.get(area) ?? NO_EPISODES
    if (episodes.length === 0 && before.length === 0) return false
    this.standing.set(area, episodes)
    return !sameEpisodes(before, episodes)
  }

  /** Settles `day`, and what is unsettled before it, when the first of an area's meters is about to forget it. */
  settle(area: number, day: number): void {
    const total = this.#known.totalRow[area]
    if (total < 0 || this.#known.areaWatched[area] === 0 || day <= this.settledDay[area]) return
    if (this.settledDay[area] > 0) this.#forget(area, this.settledDay[area], day)
    const before = this.settled.get(area) ?? NO_EPISODES
    const episodes = this.#fold(area, day, before)
    this.#noteStrays(area, day)
    if (this.forgotten !== null) noteForgotten(this.forgotten, area, before, episodes)
    if (episodes.length > 0) this.settled.set(area, episodes)
    else this.settled.delete(area)
    const night = this.#silentNight(area, day)
    if (night !== null) this.silence.note(area, night)
    this.settledDay[area] = day
  }

  /** The remainder of one open day, W per slot, NaN where not judgeable. */
  remainderOf(area: number, day: number): Float64Array {
    return this.#remainder(area, day).watts
  }

  /** Reads which meters were silent before the window leaves the day; what the area drew meanwhile is told by its own meter. */
  #silentNight(area: number, day: number): SilentNight | null {
    const { memberStart, members, totalRow, dead, ledger } = this.#known
    const rows = [...members.subarray(memberStart[area], memberStart[area + 1]), totalRow[area]]
    const missing = (row: number, slot: number) => !this.#window.isMeasured(row, day, slot)
    const heard = rows.filter((row) => dead[row] === 0 && !this.#unreadOn(row, day - 1) && this.#isOpen(row, day))
    const night = nightOf(this.#clock, day, ledger.areas.latitude[area], ledger.areas.longitude[area])
    const found = silentNight(
      day,
      night,
      heard.map((row) => ({ row, missing: (slot) => missing(row, slot) })),
    )
    if (found === null || found.meters.some(([row]) => row === totalRow[area])) return found
    const silent = new Set(found.meters.map(([row]) => row))
    const usual = referenceOf(this.records, area, day, 'night')
    const { watts } = this.#remainder(area, day, silent)
    const drawn = meanOf(watts.subarray(found.from, found.to))
    if (usual.days === 0 || Number.isNaN(drawn)) return found
    return { ...found, excessW: Math.round(drawn - (usual.medianW - REMAINDER_OFFSET_W)) }
  }

  /** `#watts` holds the remainder of the day that was just folded. */
  #noteStrays(area: number, day: number): void {
    const { memberStart, members, totalRow } = this.#known
    const rows = members.subarray(memberStart[area], memberStart[area + 1])
    this.#leaveMeasured(totalRow[area], day, this.#watts)
    const read = (row: number, into: Float64Array) => {
      this.#read(row, day, into)
      this.#leaveMeasured(row, day, into)
    }
    this.strays.note(area, day, this.#watts, rows, read, {
      usualMeanW: (row) => referenceOf(this.#pointRecords, row, day + 1, 'mean').medianW,
      meansBefore: (row) => this.#pointRecords.meansUntil(row, day),
    })
  }

  #leaveMeasured(row: number, day: number, watts: Float64Array): void {
    for (let slot = 0; slot < SLOTS; slot++) if (!this.#window.isMeasured(row, day, slot)) watts[slot] = Number.NaN
  }

  #readOn(day: number): (row: number, into: Float64Array) => void {
    return (row, into) => this.#read(row, day, into)
  }

  #isOpen(row: number, day: number): boolean {
    const newest = this.#window.newestDay(row)
    return day === newest || day === newest - 1
  }

  #fold(area: number, day: number, episodes: readonly Episode[]): readonly Episode[] {
    const { watts, judgeable, loss, meanSupplyW, learnt } = this.#remainder(area, day)
    for (let slot = 0; slot < SLOTS; slot++) {
      this.#watts[slot] = watts[slot] + REMAINDER_OFFSET_W
      this.#codes[slot] = !Number.isNaN(watts[slot]) ? slotCode(this.#watts[slot], Number.NaN) : 0
    }
    const { latitude, longitude } = this.#known.ledger.areas
    const record = measureDay(this.#codes, midnightSlot(this.#clock, longitude[area]))
    const folded = foldDay(this.#clock, this.records, this.#detectors, episodes, {
      row: area,
      day,
      latitude: latitude[area],
      longitude: longitude[area],
      watts: this.#watts,
      tangent: UNKNOWN,
      record,
      newConnection: false,
      until: SLOTS,
      nothingW: REMAINDER_OFFSET_W - this.strays.levelOf(area),
      supplyRiseW: meanSupplyW - this.losses.usualSupplyW(area, day),
      repeats: null,
      pieceOf: null,
    })
    // while the loss is not learnt, a day is no reference: it has the whole loss in it
    const sunk = this.#hasSunk(area, day, meanOf(this.#watts))
    this.records.set(area, day, record, folded.suspect || sunk || !learnt)
    const unfit = folded.suspect || sunk || judgeable < JUDGEABLE_SLOTS
    this.losses.keep(area, day, unfit ? null : loss, meanSupplyW)
    return folded.suspect ? this.#withParts(area, day, folded.episodes) : folded.episodes
  }

  /** Asks, of a remainder that rose, which member counts only a part of what it draws. */
  #withParts(area: number, day: number, episodes: readonly Episode[]): readonly Episode[] {
    const parts = {
      meanW: WATTS[this.records.columns.mean[area * RING_DAYS + (day % RING_DAYS)] & LEVEL],
      remainder: this.#watts,
      members: () => memberLevels(this.#clock, this.#window, this.#pointRecords, this.#known, area, day),
      counted: (row: number) => {
        this.#read(row, day, this.#memberWatts)
        return this.#memberWatts
      },
    }
    return episodes.map((episode) =>
      episode.lastHotDay === day && episode.closedAt === null ? withPart(episode, parts) : episode,
    )
  }

  /**
   * A remainder does not fall by itself: a meter counts manifold, or a load was booked here that others feed. Once that is
   * mended it rises to what it was, and is no surplus then.
   */
  #hasSunk(area: number, day: number, meanW: number): boolean {
    const { days, medianW, spreadW } = referenceOf(this.records, area, day, 'mean')
    return days >= LEARNT_DAYS && medianW - meanW > Math.max(SUNK_W, SUNK_SPREADS * spreadW)
  }

  /** `silent`: meters whose missing slots are taken for as usual. */
  #remainder(area: number, day: number, silent: ReadonlySet<number> = NOBODY) {
    const { memberStart, members, totalRow, dead, ledger } = this.#known
    this.#read(totalRow[area], day, this.#supply)
    const from = memberStart[area]
    const member: { watts: Float64Array; usualMeanW: number; mayBeSilent: boolean; beginsToday: boolean } = {
      watts: this.#memberWatts,
      usualMeanW: Number.NaN,
      mayBeSilent: false,
      beginsToday: false,
    }
    const fewUnread = this.#unread(area, day) <= MOST_UNREAD
    const memberDay = (index: number): MemberDay => {
      const row = members[from + index]
      this.#read(row, day, this.#memberWatts)
      if (isShapeless(this.#pointRecords, row, day, this.#window.marksOf(row, day))) this.#memberWatts.fill(Number.NaN)
      member.usualMeanW = this.#usualMean(row, day)
      if (silent.has(row)) fillMissing(this.#memberWatts, member.usualMeanW)
      member.mayBeSilent = dead[row] === 1 || (fewUnread && this.#unreadOn(row, day))
      member.beginsToday = this.#window.firstDay(row) === day
      return member
    }
    const learnt = this.losses.learntBefore(area, day)
    const isMember = (row: number) => ledger.usagePoints.area[row] === area
    const putBack = (watts: Float64Array) => this.strays.putBack(area, watts, this.#readOn(day), isMember)
    const remainder = areaRemainder(this.#supply, memberStart[area + 1] - from, memberDay, learnt, putBack)
    return { ...remainder, learnt: !Number.isNaN(learnt.highW) }
  }

  #forget(area: number, from: number, to: number): void {
    this.records.forget(area, from, to)
    this.losses.forget(area, from, to)
  }

  #unreadOn(row: number, day: number): boolean {
    const first = this.#window.firstDay(row)
    return first === 0 || first > day
  }

  /** Share of the customers that have never been read: not connected yet, for all that is known. */
  #unread(area: number, day: number): number {
    const { memberStart, members } = this.#known
    let unread = 0
    for (let index = memberStart[area]; index < memberStart[area + 1]; index++) if (this.#unreadOn(members[index], day)) unread++
    return unread / Math.max(1, memberStart[area + 1] - memberStart[area])
  }

  #read(row: number, day: number, into: Float64Array): void {
    const newest = this.#window.newestDay(row)
    if (day > newest || day < newest - 1) {
      into.fill(Number.NaN)
      return
    }
    const codes = this.#window.slotsOf(row, day)
    for (let slot = 0; slot < SLOTS; slot++) into[slot] = wattsOf(codes[slot])
  }

  #usualMean(row: number, day: number): number {
    const { coverage, mean } = this.#pointRecords.columns
    for (let back = 1; back < 8; back++) {
      const at = row * RING_DAYS + ((day - back) % RING_DAYS)
      if (coverage[at] > 0) return WATTS[mean[at] & LEVEL]
    }
    return Number.NaN
  }
}

function fillMissing(watts: Float64Array, usualW: number): void {
  for (let slot = 0; slot < SLOTS; slot++) if (Number.isNaN(watts[slot])) watts[slot] = usualW
}
