/**
 * The last two days of every usage point, slot by slot: where repeated, late and corrected readings meet before any
 * detector sees them. What a slot holds depends on which readings came, not on their order (model/reading-quality.ts has
 * the rule), as long as none is later than a day behind the newest of its usage point: those have no place here any more
 * (detectors/late-readings.ts). Readings of ten minutes and less are kept apart and judged by their mean over the slot
 * (detectors/short-intervals.ts).
 */
import { allocateColumns, type Columns } from '../model/columns.ts'
import { FLAG_SPREAD, LATE_REVISION, type ReadingBatch } from '../model/reading-batch.ts'
import { QUALITY_RANK } from '../model/reading-quality.ts'
import { type DayClock, SLOT_SECONDS, SLOTS } from './day-clock.ts'
import { Outcome } from './outcome.ts'
import { LONGEST_SHORT_SECONDS, ShortIntervals } from './short-intervals.ts'
import { slotCode } from './slot-code.ts'

const TYPES = { slots: Uint16Array, marks: Uint8Array, newestDay: Uint16Array, firstDay: Uint16Array } as const
const WIDTHS = { slots: 2 * SLOTS, marks: 2 * SLOTS }
export const WINDOW_BYTES_PER_ROW = 2 * SLOTS * 3 + 4

/** Called before a row's window moves on to `day`: the last moment at which its older days can be read. */
export type BeforeAdvance = (row: number, from: number, to: number) => void
/** Called when a slot of an open day changed, by a reading that starts at `start` (UTC seconds). */
export type Changed = (row: number, day: number, start: number) => void
/** Called for a reading that the window has no place for any more. */
export type Late = (row: number, start: number) => void

export class IntervalWindow {
  readonly #clock: DayClock
  readonly #columns: Columns<typeof TYPES>
  /** Of the usage points that send short intervals; part of the state. */
  readonly short: ShortIntervals
  /** Whether the last reading changed a slot of a usage point with short intervals. */
  #moved = false
  readonly #bits = new Float64Array(2)
  readonly #words = new Uint32Array(this.#bits.buffer)
  #earliestDay = Number.POSITIVE_INFINITY

  constructor(clock: DayClock, rows: number) {
    this.#clock = clock
    this.#columns = allocateColumns(TYPES, rows, WIDTHS)
    this.short = new ShortIntervals(rows)
  }

  /** Columns by name, for a checkpoint; row-major, so that the beginning of a longer column is a shorter one. */
  get state(): Readonly<Record<string, Uint8Array | Uint16Array>> {
    return this.#columns
  }

  /** Newest day seen for a row, 0 when there was none. */
  newestDay(row: number): number {
    return this.#columns.newestDay[row]
  }

  /** First day seen for a row, 0 when there was none. */
  firstDay(row: number): number {
    return this.#columns.firstDay[row]
  }

  /** First day seen for any row. */
  get earliestDay(): number {
    return this.#earliestDay
  }

  /** The columns were filled from a checkpoint. */
  restored(): void {
    for (const day of this.#columns.firstDay) if (day > 0) this.#noteFirst(day)
  }

  /** The row is known to have begun on a day, perhaps earlier than the window saw. */
  beginsOn(row: number, day: number): void {
    const { firstDay } = this.#columns
    if (day > 0 && (firstDay[row] === 0 || day < firstDay[row])) this.#begin(row, day)
  }

  /** Whether a day of a row can be judged: its last slot is there, or a later day has begun. */
  isClosed(row: number, day: number): boolean {
    const { slots, newestDay } = this.#columns
    const newest = newestDay[row]
    return day < newest || (day === newest && slots[row * 2 * SLOTS + (day & 1) * SLOTS + SLOTS - 1] !== 0)
  }

  /** The codes of one open day of a row (detectors/slot-code.ts); only days newestDay and newestDay − 1 exist. */
  slotsOf(row: number, day: number): Uint16Array {
    const from = row * 2 * SLOTS + (day & 1) * SLOTS
    return this.#columns.slots.subarray(from, from + SLOTS)
  }

  /** The marks of one open day of a row: quality rank in the upper three bits. */
  marksOf(row: number, day: number): Uint8Array {
    const from = row * 2 * SLOTS + (day & 1) * SLOTS
    return this.#columns.marks.subarray(from, from + SLOTS)
  }

  /** Whether a slot of an open day holds a value that was measured, and not estimated by the head end. */
  isMeasured(row: number, day: number, slot: number): boolean {
    const at = row * 2 * SLOTS + (day & 1) * SLOTS + slot
    return this.#columns.slots[at] !== 0 && this.#columns.marks[at] >>> 5 !== 0
  }

  /** How many slots of an open day hold such values. */
  measuredOn(row: number, day: number): number {
    let measured = 0
    for (let slot = 0; slot < SLOTS; slot++) if (this.isMeasured(row, day, slot)) measured++
    return measured
  }

  /** Takes the readings in. `outcomes` gets one Outcome a row; `revision` of the batch is set where a value differs from one seen before. */
  observe(
    { columns, length }: ReadingBatch,
    outcomes: Uint8Array,
    beforeAdvance: BeforeAdvance,
    changed: Changed,
    late: Late,
  ): void {
    const { slots, marks, newestDay, firstDay } = this.#columns
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, revision } = columns
    const { shift } = this.#clock

    for (let i = 0; i < length; i++) {
      const row = usagePoint[i]
      const isShort = seconds[i] <= LONGEST_SHORT_SECONDS
      const local = localStart(start[i] + shift, isShort)
      const day = Math.floor(local / 86_400)
      const newest = newestDay[row]
      if (day > newest) {
        if (newest > 0) beforeAdvance(row, newest, day)
        this.#open(row, newest, day)
      } else if (day < newest - 1) {
        outcomes[i] = Outcome.late
        // the value that it may differ from is not here any more: in a store of its own it must not take that one's place
        revision[i] = LATE_REVISION + (this.#hash(energyWh[i], reactiveVarh[i]) & 15)
        late(row, start[i])
        continue
      } else if (day < firstDay[row]) this.#begin(row, day)
      const slot = Math.floor((local - day * 86_400) / SLOT_SECONDS)
      const hours = seconds[i] / 3600
      const code = slotCode(energyWh[i] / hours, reactiveVarh[i] / hours)
      const hash = this.#hash(energyWh[i], reactiveVarh[i])
      const mark = (rankOf(quality[i], flags[i]) << 5) | (hash & 31)
      const at = row * 2 * SLOTS + (day & 1) * SLOTS + slot
      if (isShort || this.short.has(row)) {
        const spread = (flags[i] & FLAG_SPREAD) !== 0
        this.#moved = false
        const outcome = isShort
          ? this.#putShort(
              row,
              day,
              (local % 86_400) / 60,
              seconds[i] / 60,
              energyWh[i] / hours,
              reactiveVarh[i] / hours,
              mark,
              spread,
            )
          : this.#putBeside(row, day, slot, Math.round(seconds[i] / SLOT_SECONDS), code, mark, spread)
        outcomes[i] = outcome
        if (outcome === Outcome.superseded || outcome === Outcome.correction) revision[i] = 1 + (hash % 255)
        if (this.#moved) changed(row, day, start[i])
        continue
      }
      const old = slots[at]
      if (old !== 0) {
        const oldMark = marks[at]
        if (old === code && oldMark === mark) {
          outcomes[i] = Outcome.duplicate
          continue
        }
        revision[i] = 1 + (hash % 255)
        if (!outranks(code, mark, old, oldMark, (flags[i] & FLAG_SPREAD) !== 0)) {
          outcomes[i] = Outcome.superseded
          continue
        }
        outcomes[i] = Outcome.correction
      } else outcomes[i] = Outcome.fresh
      const end = Math.min(slot + Math.max(1, Math.round(seconds[i] / SLOT_SECONDS)), SLOTS)
      for (let k = slot; k < end; k++) {
        slots[at + k - slot] = code
        marks[at + k - slot] = mark
      }
      changed(row, day, start[i])
    }
  }

  #begin(row: number, day: number): void {
    this.#columns.firstDay[row] = day
    this.#noteFirst(day)
  }

  #noteFirst(day: number): void {
    if (day < this.#earliestDay) this.#earliestDay = day
  }

  /** Makes `day` the newest of a row; days that fall out of the window are forgotten. */
  #open(row: number, newest: number, day: number): void {
    const { slots, newestDay, firstDay } = this.#columns
    if (firstDay[row] === 0) this.#begin(row, day)
    const base = row * 2 * SLOTS
    slots.fill(0, base + (day & 1) * SLOTS, base + (day & 1) * SLOTS + SLOTS)
    if (day !== newest + 1) slots.fill(0, base + (~day & 1) * SLOTS, base + (~day & 1) * SLOTS + SLOTS)
    newestDay[row] = day
    if (!this.short.has(row)) return
    this.short.forget(row, day)
    if (day !== newest + 1) this.short.forget(row, day - 1)
  }

  /** A short reading, `minute` whole minutes after the beginning of the day and about `length` minutes long: its outcome. */
  #putShort(
    row: number,
    day: number,
    minute: number,
    length: number,
    watts: number,
    vars: number,
    mark: number,
    spread: boolean,
  ): number {
    const { slots, marks } = this.#columns
    const base = row * 2 * SLOTS
    if (!this.short.has(row)) {
      this.short.begin(row, slots.subarray(base, base + 2 * SLOTS), marks.subarray(base, base + 2 * SLOTS))
    }
    const minutes = Math.max(1, Math.round(length))
    const outcome = this.short.put(row, day, minute, minutes, watts, vars, mark, spread)
    const last = Math.min(SLOTS - 1, Math.floor((minute + minutes - 1) / 15))
    for (let slot = Math.floor(minute / 15); slot <= last; slot++) this.#judgeSlot(row, day, slot)
    return outcome
  }

  /** A longer reading of a usage point that also sends short ones: its outcome. */
  #putBeside(row: number, day: number, slot: number, count: number, code: number, mark: number, spread: boolean): number {
    const place = (day & 1) * SLOTS + slot
    const old = this.short.longCode(row, place)
    if (old !== 0) {
      const oldMark = this.short.longMark(row, place)
      if (old === code && oldMark === mark) return Outcome.duplicate
      if (!outranks(code, mark, old, oldMark, spread)) return Outcome.superseded
    }
    const end = Math.min(slot + Math.max(1, count), SLOTS)
    for (let k = slot; k < end; k++) {
      this.short.putLong(row, place + k - slot, code, mark)
      this.#judgeSlot(row, day, k)
    }
    return old === 0 ? Outcome.fresh : Outcome.correction
  }

  #judgeSlot(row: number, day: number, slot: number): void {
    const { slots, marks } = this.#columns
    const place = (day & 1) * SLOTS + slot
    const at = row * 2 * SLOTS + place
    this.short.judge(row, place)
    const { code, mark } = this.short
    if (slots[at] !== code || marks[at] !== mark) this.#moved = true
    slots[at] = code
    marks[at] = mark
  }

  #hash(energyWh: number, reactiveVarh: number): number {
    this.#bits[0] = energyWh
    this.#bits[1] = reactiveVarh
    const words = this.#words
    let hash = Math.imul(words[0] ^ (words[1] >>> 3) ^ 0x9e3779b9, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13) ^ words[2] ^ Math.imul(words[3], 0xc2b2ae35), 0x27d4eb2f)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}

/** When a reading counts as starting: the clock of a minute's reading may be a little off. */
export function localStart(local: number, isShort: boolean): number {
  return isShort ? Math.round(local / 60) * 60 : local
}

/** Of one quality rank a measured value beats a difference spread over a gap (src/stores/resolve-revisions.ts has the same order). */
function rankOf(quality: number, flags: number): number {
  if (flags & FLAG_SPREAD) return 1
  const rank = QUALITY_RANK[quality]
  return rank === 0 ? 0 : rank + 1
}

/** Higher rank wins, then a newer spread over a narrower gap, then the larger power; what is left is decided by content alone. */
function outranks(code: number, mark: number, old: number, oldMark: number, spread: boolean): boolean {
  if (mark >>> 5 !== oldMark >>> 5) return mark >>> 5 > oldMark >>> 5
  if (spread) return true
  if (code >>> 4 !== old >>> 4) return code >>> 4 > old >>> 4
  return code !== old ? code > old : mark > oldMark
}
