/**
 * All detectors over all subjects: readings in, alerts out. Deterministic in event time: what stands at the end depends on
 * the readings, not on their order, batches or repetition. Readings that come when their day was settled are noted in `late`;
 * it is so again once those were judged again (detectors/judge-again.ts).
 */
import type { Alert } from '../model/alert.ts'
import type { EndDeviceEvent } from '../model/end-device-event.ts'
import { type Ledger, NO_AREA } from '../model/ledger.ts'
import type { ReadingBatch } from '../model/reading-batch.ts'
import { AreaJudge } from './area-judge.ts'
import { carryColumns, carryEntry } from './carry-over.ts'
import type { DayClock } from './day-clock.ts'
import { Desk, type Dossiers, type Forgotten } from './desk.ts'
import { areaDetectors, pointDetectors } from './detector-set.ts'
import type { DetectorsConfig } from './detectors-config.ts'
import { type Episode, parseEpisodes } from './episode.ts'
import { IntervalWindow } from './interval-window.ts'
import { JointSilence } from './joint-silence.ts'
import { type JudgedLedger, judgedLedger } from './judged-ledger.ts'
import { type JudgedKey, LateReadings } from './late-readings.ts'
import { MeterEvents } from './meter-events.ts'
import { withPartRows } from './part-counted.ts'
import { PointJudge } from './point-judge.ts'
import { fillSilences } from './silence-fill.ts'
import { StateColumns } from './state-columns.ts'
import { areNeighbours, straysNear } from './stray-company.ts'
import { StrayMeters } from './stray-meters.ts'
import { eventsOfArea, eventsOfPoint, rowsOf } from './tamper-events.ts'

const NO_EPISODES: readonly Episode[] = []
const NO_NAMES: readonly string[] = []

export class DetectorBank {
  readonly clock: DayClock
  readonly config: DetectorsConfig
  readonly rows: number
  readonly areaRows: number
  readonly window: IntervalWindow
  readonly points: PointJudge
  readonly areas: AreaJudge
  readonly events = new MeterEvents()
  readonly late: LateReadings
  readonly columns: StateColumns
  readonly #silence: JointSilence
  readonly #desk: Desk
  #known: JudgedLedger
  /** By row: bit 1 << (day & 1) for an open day with changes, 4 when a day closed. */
  readonly #dirty: Uint8Array
  readonly #dirtyRows: number[] = []
  readonly #dirtyAreas = new Set<number>()
  readonly #changed = new Set<number>()
  #outcomes = new Uint8Array(4096)

  /** `rows` and `areas`: how many the state has room for; at least as many as the ledger has. */
  constructor(
    config: DetectorsConfig,
    clock: DayClock,
    ledger: Ledger,
    rows = ledger.usagePoints.length,
    areas = ledger.areas.length,
  ) {
    this.config = config
    this.clock = clock
    this.rows = rows
    this.areaRows = areas
    this.#known = judgedLedger(ledger, config.horizonMeters)
    this.#dirty = new Uint8Array(rows)
    this.late = new LateReadings(rows)
    this.window = new IntervalWindow(clock, rows)
    this.points = new PointJudge(clock, this.window, pointDetectors(config), this.#known, rows)
    this.#silence = new JointSilence(config.jointSilence, clock, rows)
    const strays = new StrayMeters(rows, areas)
    const detectors = areaDetectors(config)
    this.areas = new AreaJudge(clock, this.window, detectors, this.points.records, this.#silence, strays, this.#known, areas)
    this.#desk = new Desk(config, clock)
    this.columns = new StateColumns([
      ['window', this.window.state],
      ['points', this.points.records.columns],
      ['areas', this.areas.records.columns],
      ['areas', this.areas.columns],
      ['strays', this.areas.strays.points],
      ['late', this.late.columns],
    ])
  }

  /** What is judged, and near which mines (detectors/observability.ts looks at it). */
  get known(): JudgedLedger {
    return this.#known
  }

  get ledgerVersion(): number {
    return this.#known.ledger.version
  }

  swapLedger(ledger: Ledger): void {
    this.#known = judgedLedger(ledger, this.config.horizonMeters)
    this.points.swapLedger(this.#known)
    this.areas.swapLedger(this.#known)
    this.late.regroup((row) => this.keyOf(row))
  }

  /** What became of each reading (detectors/interval-window.ts, Outcome); sets the batch's `revision` column. Call once per batch, before `judge`. */
  take(batch: ReadingBatch): Uint8Array {
    if (this.#outcomes.length < batch.length) this.#outcomes = new Uint8Array(batch.length * 2)
    this.window.observe(batch, this.#outcomes, this.#beforeAdvance, this.#slotChanged, this.#noteLate)
    for (const area of fillSilences(this.#silence, this.clock, this.#known, batch)) this.#changed.add(-1 - area)
    return this.#outcomes
  }

  /** Takes in what meters report besides readings, in any order, before or after the readings of that time; then `judge`. */
  takeEvents(events: readonly EndDeviceEvent[]): void {
    const { watched, ledger, totalRow } = this.#known
    for (const { usagePoint, at, code } of events) {
      const area = ledger.usagePoints.area[usagePoint]
      if (watched[usagePoint] === 0 && (area === NO_AREA || totalRow[area] !== usagePoint)) continue
      if (!this.events.add(usagePoint, code, at)) continue
      this.#changed.add(usagePoint)
      if (area === NO_AREA) continue
      this.#changed.add(-1 - area)
      // what its neighbours reported then may be the line's matter after all
      for (const row of rowsOf(this.#known, area)) if (this.events.of(row).length > 0) this.#changed.add(row)
    }
  }

  /** Judges what the taken readings changed; the alerts that are new or different. `again`: as Desk.update. */
  judge(again: Forgotten | null = null): Alert[] {
    for (const row of this.#dirtyRows) this.#judgeRow(row)
    this.#dirtyRows.length = 0
    for (const area of this.#dirtyAreas) if (this.areas.judge(area)) this.#changed.add(-1 - area)
    this.#dirtyAreas.clear()
    if (this.#changed.size === 0) return []
    const news = this.#desk.update(this.#known, this.#changed, this.#dossiers, again)
    this.#changed.clear()
    return news
  }

  /** What a row is judged with; null when nothing is held against it whatever it says. */
  keyOf(row: number): JudgedKey | null {
    const { watched, areaWatched, totalRow, ledger } = this.#known
    const area = ledger.usagePoints.area[row]
    if (watched[row] === 0 && (area === NO_AREA || areaWatched[area] === 0 || totalRow[area] !== row)) return null
    return area === NO_AREA ? row : -1 - area
  }

  /**
   * Takes over what `other` remembers, a bank that judged only `rows` (its rows 0, 1, … in this order) and their area, over
   * and above the days that are open here. The alerts that are new or different by it.
   */
  adopt(key: JudgedKey, rows: readonly number[], other: DetectorBank): Alert[] {
    for (const [index, row] of rows.entries()) {
      this.window.beginsOn(row, other.window.firstDay(index))
      carryColumns(other.points.records.columns, index, other.rows, this.points.records.columns, row, this.rows)
      carryColumns(other.areas.strays.points, index, other.rows, this.areas.strays.points, row, this.rows)
      carryEntry(other.points.settled, index, this.points.settled, row)
      carryEntry(other.points.standing, index, this.points.standing, row)
      this.#changed.add(row)
      if (this.#known.watched[row] === 1) this.#markDirty(row, 3)
    }
    if (key < 0) {
      const area = -1 - key
      carryColumns(other.areas.records.columns, 0, other.areaRows, this.areas.records.columns, area, this.areaRows)
      carryColumns(other.areas.columns, 0, other.areaRows, this.areas.columns, area, this.areaRows)
      const here = (episodes: readonly Episode[]) => episodes.map((one) => withPartRows(one, (row) => rows[row] ?? row))
      carryEntry(other.areas.settled, 0, this.areas.settled, area, here)
      carryEntry(other.areas.standing, 0, this.areas.standing, area, here)
      this.#silence.carry(other.#silence, area, rows)
      this.areas.strays.carry(other.areas.strays, area, rows)
      this.#weighNeighbours(area)
      this.#changed.add(key)
      this.#dirtyAreas.add(area)
    }
    this.late.clear(key, rows)
    return this.judge((of) => {
      const forgotten = of < 0 ? other.areas.forgotten?.get(0) : other.points.forgotten?.get(rows.indexOf(of))
      return forgotten ?? NO_EPISODES
    })
  }

  /** All alerts as they stand. */
  alerts(): Alert[] {
    return this.#desk.alerts()
  }

  /** Everything that is remembered, by name: columns as they are, episodes as JSON. Take it between `judge` and `take`. */
  snapshot(): Map<string, ArrayBufferView | string> {
    const parts = new Map<string, ArrayBufferView | string>()
    for (const [name, column] of this.columns) parts.set(name, column)
    for (const [name, episodes] of this.#episodes()) parts.set(name, JSON.stringify([...episodes]))
    parts.set('window.short', this.window.short.snapshot())
    parts.set('events', this.events.snapshot())
    parts.set('silence', this.#silence.snapshot())
    parts.set('late.keys', this.late.snapshot())
    parts.set('strays', this.areas.strays.snapshot())
    return parts
  }

  /** Takes a snapshot back, also one of a bank with room for fewer rows, and lets the desk learn of its episodes. */
  restore(part: (name: string) => Uint8Array | undefined): void {
    this.columns.restore(part)
    for (const [name, episodes] of this.#episodes()) {
      for (const [row, list] of parseEpisodes(new TextDecoder().decode(part(name)))) episodes.set(row, list)
    }
    this.window.restored()
    this.window.short.restore(part('window.short') ?? new Uint8Array())
    this.events.restore(new TextDecoder().decode(part('events')))
    this.#silence.restore(new TextDecoder().decode(part('silence')))
    this.late.restore(new TextDecoder().decode(part('late.keys')))
    this.areas.strays.restore(new TextDecoder().decode(part('strays')))
    const areas = new Set([...this.areas.standing.keys(), ...this.#silence.areas])
    this.#desk.update(this.#known, [...this.points.standing.keys(), ...[...areas].map((area) => -1 - area)], this.#dossiers)
  }

  #episodes(): readonly (readonly [string, Map<number, readonly Episode[]>])[] {
    return [
      ['points.settled', this.points.settled],
      ['points.standing', this.points.standing],
      ['areas.settledEpisodes', this.areas.settled],
      ['areas.standing', this.areas.standing],
    ]
  }

  readonly #dossiers: Dossiers = {
    episodesOf: (key) => {
      if (key >= 0) return this.points.standing.get(key) ?? NO_EPISODES
      const area = -1 - key
      const standing = this.areas.standing.get(area) ?? NO_EPISODES
      return this.#silence.knows(area) ? [...standing, ...this.#silence.episodes(area, this.areas.settledDay[area])] : standing
    },
    eventsOf: (key) =>
      key >= 0 ? eventsOfPoint(this.#known, this.events, key) : eventsOfArea(this.#known, this.events, -1 - key),
    silentOf: (key, { detector, sequence }) => {
      if (key >= 0 || detector !== 'joint-silence') return NO_NAMES
      return this.#silence.silentMeters(-1 - key, sequence).map((row) => this.#known.ledger.usagePoints.id[row])
    },
    straysNear: (area) => straysNear(this.#known, this.areas.strays, area),
  }

  readonly #beforeAdvance = (row: number, newest: number, to: number): void => {
    const area = this.#known.ledger.usagePoints.area[row]
    if (area !== NO_AREA) {
      this.#settleArea(area, newest - 1)
      if (to > newest + 1) this.#settleArea(area, newest)
      this.#dirtyAreas.add(area)
    }
    if (this.#known.watched[row] === 0) return
    this.#judgeRow(row)
    this.points.settle(row, newest - 1)
    if (to > newest + 1) this.points.settle(row, newest)
    this.points.records.forget(row, newest, to)
    if (!this.points.isRecorded(row, newest)) this.#markDirty(row, 1 << (newest & 1))
  }

  readonly #noteLate = (row: number, start: number): void => {
    const key = this.keyOf(row)
    if (key !== null) this.late.note(key, row, start)
  }

  readonly #slotChanged = (row: number, day: number, start: number): void => {
    const { watched, dead, ledger, totalRow } = this.#known
    const closed = this.window.isClosed(row, day)
    if (watched[row] === 1 && (closed || dead[row] === 1)) this.#markDirty(row, 1 << (day & 1))
    const area = ledger.usagePoints.area[row]
    if (area === NO_AREA) return
    if (day <= this.areas.settledDay[area]) this.#noteLate(row, start)
    const total = totalRow[area]
    // also a slot of a day that is still open here: the area's own meter may have closed it already
    if (closed || (total >= 0 && this.window.isClosed(total, day))) this.#dirtyAreas.add(area)
  }

  /** Its meters are judged first: their means stand in for what is missing, wherever a batch was cut. */
  #settleArea(area: number, day: number): void {
    if (day <= this.areas.settledDay[area]) return
    const { memberStart, members } = this.#known
    for (let index = memberStart[area]; index < memberStart[area + 1]; index++) this.#judgeRow(members[index])
    this.areas.settle(area, day)
    if (this.areas.strays.of(area).length > 0) this.#weighNeighbours(area)
    if (this.#silence.knows(area)) this.#changed.add(-1 - area)
  }

  /** What the stray meters of an area drew may explain what its neighbours have left over. */
  #weighNeighbours(area: number): void {
    for (const other of this.areas.standing.keys()) {
      if (areNeighbours(this.#known, area, other)) this.#changed.add(-1 - other)
    }
  }

  #markDirty(row: number, bits: number): void {
    if (this.#dirty[row] === 0) this.#dirtyRows.push(row)
    this.#dirty[row] |= bits
  }

  #judgeRow(row: number): void {
    const bits = this.#dirty[row]
    if (bits === 0) return
    this.#dirty[row] = 0
    if (this.points.judge(row, bits)) this.#changed.add(row)
  }
}
