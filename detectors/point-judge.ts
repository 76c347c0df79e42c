/**
 * Judges usage points day by day. A day is judged when it is full or a reading of the next one has come, judged again
 * whenever one of its slots changes, and settled — for good — when the window leaves it.
 */
import { type DayClock, SLOTS } from './day-clock.ts'
import type { DayDetector } from './day-detector.ts'
import { COVERAGE_SLOTS, type DayRecord, DayRecords, LEVEL, RING_DAYS } from './day-record.ts'
import type { Episode } from './episode.ts'
import type { IntervalWindow } from './interval-window.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { loadPrint } from './load-print.ts'
import { measureDay } from './measure-day.ts'
import { mayHaveFallen } from './metered-drop.ts'
import { mayBecomeNew } from './new-connection.ts'
import { PointDay } from './point-day.ts'
import { noteForgotten } from './recurrence.ts'
import { hasPiece, hasTwin } from './replayed-profile.ts'
import { powerCode } from './slot-code.ts'
import { midnightSlot } from './solar-night.ts'
import { holdSpread, spreadSlots } from './spread-day.ts'
import { decodeSlots, foldDay } from './subject-days.ts'

const NO_EPISODES: readonly Episode[] = []

export interface PointDetectors {
  /** In order: what an earlier one calls suspect, a later one does not begin on. */
  readonly live: readonly DayDetector[]
  readonly dead: readonly DayDetector[]
  /** No detector can hold anything against a day below these (W). */
  readonly quiet: { readonly floorW: number; readonly nightW: number; readonly burstW: number }
}

export class PointJudge {
  readonly records: DayRecords
  readonly settled = new Map<number, readonly Episode[]>()
  readonly standing = new Map<number, readonly Episode[]>()
  /** Episodes that are no longer told, when somebody asks for them (detectors/judge-again.ts). */
  forgotten: Map<number, readonly Episode[]> | null = null
  readonly #clock: DayClock
  readonly #window: IntervalWindow
  readonly #detectors: PointDetectors
  readonly #quiet: { floor: number; night: number; burst: number }
  readonly #watts = new Float64Array(SLOTS)
  readonly #tangent = new Float64Array(SLOTS)
  /** By row: bit 1 << (day & 1) for an open day that nothing is held against, as it stands. Not part of the state. */
  readonly #clear: Uint8Array
  #known: JudgedLedger

  constructor(clock: DayClock, window: IntervalWindow, detectors: PointDetectors, known: JudgedLedger, rows: number) {
    this.#clock = clock
    this.#window = window
    this.#detectors = detectors
    this.#known = known
    this.records = new DayRecords(clock, rows)
    this.#clear = new Uint8Array(rows)
    const { quiet } = detectors
    this.#quiet = { floor: powerCode(quiet.floorW), night: powerCode(quiet.nightW), burst: powerCode(quiet.burstW) }
  }

  swapLedger(known: JudgedLedger): void {
    this.#known = known
    this.#clear.fill(0)
  }

  /** Whether a day was judged with all its slots: nothing can be added to it but corrections. */
  isRecorded(row: number, day: number): boolean {
    return (this.records.columns.coverage[row * RING_DAYS + (day % RING_DAYS)] & COVERAGE_SLOTS) === SLOTS
  }

  /** Judges the open days of a row as they stand; `changed` has bit (day & 1) set for a day with changed slots. True when its episodes changed. */
  judge(row: number, changed: number): boolean {
    const newest = this.#window.newestDay(row)
    const dead = this.#known.dead[row] === 1
    let episodes = this.settled.get(row) ?? NO_EPISODES
    // the newer day is compared with the older
    this.#clear[row] &= changed & bitOf(newest - 1) ? 0 : ~changed
    for (let day = newest - 1; day <= newest; day++) {
      if (episodes.length === 0 && !dead && !(changed & bitOf(day)) && this.#isClear(row, day)) continue
      const codes = this.#window.slotsOf(row, day)
      const record = measureDay(codes, this.#midnight(row))
      const closed = day < newest || record.coverage === SLOTS
      if (record.coverage === 0 || !(closed || dead)) continue
      episodes = this.#fold(row, day, codes, record, episodes, closed)
      if (episodes.length === 0 && !dead) this.#clear[row] |= bitOf(day)
    }
    const before = this.standing.get(row) ?? NO_EPISODES
    if (episodes.length === 0 && before.length === 0) return false
    this.standing.set(row, episodes)
    return !sameEpisodes(before, episodes)
  }

  /** Settles a day that is about to leave the window. */
  settle(row: number, day: number): void {
    const episodes = this.settled.get(row)
    if (episodes === undefined && this.#known.dead[row] === 0 && this.#isClear(row, day)) return
    const codes = this.#window.slotsOf(row, day)
    const record = measureDay(codes, this.#midnight(row))
    if (record.coverage === 0) return
    const folded = this.#fold(row, day, codes, record, episodes ?? NO_EPISODES, true)
    if (this.forgotten !== null) noteForgotten(this.forgotten, row, episodes ?? NO_EPISODES, folded)
    if (folded.length > 0) this.settled.set(row, folded)
    else if (episodes !== undefined) this.settled.delete(row)
  }

  #fold(row: number, day: number, codes: Uint16Array, record: DayRecord, episodes: readonly Episode[], closed: boolean) {
    const dead = this.#known.dead[row] === 1
    if (closed) holdSpread(this.records, row, day, record, spreadSlots(this.#window.marksOf(row, day)))
    record.print = loadPrint(codes, this.#window.marksOf(row, day))
    if (episodes.length === 0 && !dead && this.#isQuiet(row, day, record)) {
      this.records.set(row, day, record, false)
      return episodes
    }
    decodeSlots(codes, this.#watts, this.#tangent)
    const today = new PointDay(row, day, {
      known: this.#known,
      window: this.#window,
      records: this.records,
      watts: this.#watts,
      tangent: this.#tangent,
      record,
      episodes,
    })
    const folded = foldDay(this.#clock, this.records, dead ? this.#detectors.dead : this.#detectors.live, episodes, today)
    if (closed) this.records.set(row, day, record, folded.suspect)
    return folded.episodes
  }

  /** Nothing was or would be held against an open day of an account without episodes whose slots have not changed since. */
  #isClear(row: number, day: number): boolean {
    // the bit may be of the day before yesterday; and a spread day is forgotten once hours are known, and judged anew
    const isRecorded = this.records.columns.coverage[row * RING_DAYS + (day % RING_DAYS)] > 0
    if (isRecorded && this.#clear[row] & bitOf(day) && !mayBecomeNew(this.records, this.#window, row, day)) return true
    return this.#knownQuiet(row, day)
  }

  #knownQuiet(row: number, day: number): boolean {
    const at = row * RING_DAYS + (day % RING_DAYS)
    const { floor, night, burst, mean, coverage } = this.records.columns
    if (coverage[at] === 0) return false
    return this.#isQuiet(row, day, {
      ...{ floor: floor[at] & LEVEL, night: night[at] & LEVEL, burst: burst[at] & LEVEL, mean: mean[at] & LEVEL },
      print: this.records.printAt(at),
    })
  }

  /** Nothing can be held against it: neither a load nor, at a glance, a meter that fell or repeats itself. */
  #isQuiet(
    row: number,
    day: number,
    { floor, night, burst, mean, print }: Pick<DayRecord, 'floor' | 'night' | 'burst' | 'mean' | 'print'>,
  ): boolean {
    if (floor >= this.#quiet.floor || night >= this.#quiet.night || burst >= this.#quiet.burst) return false
    if (mayHaveFallen(this.records, row, day, mean) || hasTwin(this.records, row, day, mean, burst, floor)) return false
    return !hasPiece(this.records, row, day, print)
  }

  #midnight(row: number): number {
    return midnightSlot(this.#clock, this.#known.ledger.usagePoints.longitude[row])
  }
}

function bitOf(day: number): number {
  return 1 << (day & 1)
}

export function sameEpisodes(a: readonly Episode[], b: readonly Episode[]): boolean {
  // what changes on nearly every day is compared first: whole episodes are long
  const nearly = ({ lastHotDay, coldDays, sums }: Episode, other: Episode) =>
    lastHotDay === other.lastHotDay && coldDays === other.coldDays && sums.energyWh === other.sums.energyWh
  return a.length === b.length && a.every((one, i) => nearly(one, b[i])) && JSON.stringify(a) === JSON.stringify(b)
}
