/**
 * Readings of ten minutes and less (minute-level curves over HPLC), judged by their mean over the quarter-hour. Only usage
 * points that send such have a page here: two days in cells of five minutes, or of one once a reading needs them, with
 * 5 bytes a cell — 3.5 KB or 15 KB a usage point, 4 bytes a cell more when reactive energy comes too. A reading fills the
 * cells it spans, as an hour fills four slots; where two readings meet in a cell the rule of detectors/interval-window.ts
 * decides. The mean of a slot is made anew from its cells each time, so that order, repetition and corrections do not matter.
 */
import { SLOTS } from './day-clock.ts'
import { Outcome } from './outcome.ts'
import { slotCode } from './slot-code.ts'

/** Longer readings are quarter-hours whose clock is a little off. */
export const LONGEST_SHORT_SECONDS = 600

const DAY_MINUTES = 1440
const SLOT_MINUTES = 15
const FINE = 1
const COARSE = 5

/** Cells of two days, day d in half d & 1; NaN in `watts` is missing. `codes` and `codeMarks`: what longer readings said, by slot. */
interface Page {
  readonly unit: number
  readonly watts: Float32Array
  /** Null until a reactive energy comes. */
  vars: Float32Array | null
  readonly marks: Uint8Array
  readonly codes: Uint16Array
  readonly codeMarks: Uint8Array
}

export class ShortIntervals {
  readonly #pages = new Map<number, Page>()
  /** By row, one bit each: whether it has a page. */
  readonly #paged: Uint32Array
  /** Of the last `judge`. */
  code = 0
  mark = 0

  constructor(rows: number) {
    this.#paged = new Uint32Array((rows >>> 5) + 1)
  }

  has(row: number): boolean {
    return (this.#paged[row >>> 5] & (1 << (row & 31))) !== 0
  }

  /** Begins a page; `codes` and `marks` hold what came in longer readings before, two days of slots. */
  begin(row: number, codes: Uint16Array, marks: Uint8Array): void {
    this.#keep(row, { ...cellsOf(COARSE, false), codes: codes.slice(), codeMarks: marks.slice() })
  }

  /** Forgets the half of a day; a page without short readings is given up. */
  forget(row: number, day: number): void {
    const page = this.#pages.get(row)
    if (page === undefined) return
    const { unit, watts, codes } = page
    const cells = DAY_MINUTES / unit
    watts.fill(Number.NaN, (day & 1) * cells, (day & 1) * cells + cells)
    codes.fill(0, (day & 1) * SLOTS, (day & 1) * SLOTS + SLOTS)
    if (!watts.every(Number.isNaN)) return
    this.#pages.delete(row)
    this.#paged[row >>> 5] &= ~(1 << (row & 31))
  }

  /** Puts a short reading into its cells (refined when it needs that); what became of it in the first of them. */
  put(row: number, day: number, minute: number, minutes: number, watts: number, vars: number, mark: number, spread: boolean) {
    if (minute % COARSE !== 0 || minutes % COARSE !== 0) this.#refine(row)
    const page = this.#page(row)
    if (page.vars === null && !Number.isNaN(vars)) page.vars = new Float32Array(page.watts.length).fill(Number.NaN)
    const cells = DAY_MINUTES / page.unit
    const base = (day & 1) * cells
    const from = minute / page.unit
    const to = Math.min(cells, from + minutes / page.unit)
    const outcome = settle(page, base + from, Math.fround(watts), Math.fround(vars), mark, spread)
    for (let cell = from + 1; cell < to; cell++) settle(page, base + cell, Math.fround(watts), Math.fround(vars), mark, spread)
    return outcome
  }

  /** What longer readings said of a slot; 0 nothing. */
  longCode(row: number, place: number): number {
    return this.#page(row).codes[place]
  }

  longMark(row: number, place: number): number {
    return this.#page(row).codeMarks[place]
  }

  putLong(row: number, place: number, code: number, mark: number): void {
    const page = this.#page(row)
    page.codes[place] = code
    page.codeMarks[place] = mark
  }

  /**
   * What a slot (0–191, two days) is judged by, into `code` and `mark`: the mean of its cells when half of the quarter-hour
   * is there, or what a longer reading said. Of the two the better in quality, a whole quarter-hour before a part of one,
   * then the larger.
   */
  judge(row: number, place: number): void {
    const { unit, watts, vars, marks, codes, codeMarks } = this.#page(row)
    const width = SLOT_MINUTES / unit
    const from = place * width
    let there = 0
    let wattSum = 0
    let varSum = 0
    let varWatts = 0
    let varsThere = 0
    ranks.fill(0)
    for (let cell = from; cell < from + width; cell++) {
      if (Number.isNaN(watts[cell])) continue
      there++
      wattSum += watts[cell]
      ranks[marks[cell] >>> 5]++
      if (vars === null || Number.isNaN(vars[cell])) continue
      varSum += vars[cell]
      varWatts += watts[cell]
      varsThere++
    }
    this.code = codes[place]
    this.mark = codeMarks[place]
    if (2 * there < width) return
    const meanW = wattSum / there
    // by the power factor of the cells that have one
    const code = slotCode(meanW, varWatts > 0 ? (varSum / varsThere) * (meanW / (varWatts / varsThere)) : Number.NaN)
    const rank = rankOfHalf(width)
    if (this.code === 0) this.#say(code, rank)
    else if (rank !== this.mark >>> 5) {
      if (rank > this.mark >>> 5) this.#say(code, rank)
    } else if (there === width && code > this.code) this.#say(code, rank)
  }

  /** Rows, units and cells, one after the other. */
  snapshot(): Uint8Array {
    const parts: Uint8Array[] = []
    for (const [row, page] of [...this.#pages].sort(([a], [b]) => a - b)) {
      const { unit, watts, vars, marks, codes, codeMarks } = page
      parts.push(bytes(Uint32Array.of(row, unit, vars === null ? 0 : 1)), bytes(watts))
      if (vars !== null) parts.push(bytes(vars))
      parts.push(marks, bytes(codes), codeMarks)
    }
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  restore(snapshot: Uint8Array): void {
    this.#pages.clear()
    this.#paged.fill(0)
    let at = 0
    const take = <T extends Uint8Array | Uint16Array | Uint32Array | Float32Array>(column: T): T => {
      const length = column.byteLength
      bytes(column).set(snapshot.subarray(at, at + length))
      at += length
      return column
    }
    while (at < snapshot.length) {
      const [row, unit, hasVars] = take(new Uint32Array(3))
      const { watts, vars, marks } = cellsOf(unit, hasVars === 1)
      this.#keep(row, {
        unit,
        watts: take(watts),
        vars: vars === null ? null : take(vars),
        marks: take(marks),
        codes: take(new Uint16Array(2 * SLOTS)),
        codeMarks: take(new Uint8Array(2 * SLOTS)),
      })
    }
  }

  /** From cells of five minutes to cells of one. */
  #refine(row: number): void {
    const page = this.#page(row)
    if (page.unit === FINE) return
    const fine = { ...cellsOf(FINE, page.vars !== null), codes: page.codes, codeMarks: page.codeMarks }
    for (let cell = 0; cell < fine.marks.length; cell++) {
      const from = Math.floor(cell / COARSE)
      fine.watts[cell] = page.watts[from]
      fine.marks[cell] = page.marks[from]
      if (fine.vars !== null && page.vars !== null) fine.vars[cell] = page.vars[from]
    }
    this.#keep(row, fine)
  }

  #say(code: number, rank: number): void {
    this.code = code
    this.mark = rank << 5
  }

  #page(row: number): Page {
    const page = this.#pages.get(row)
    if (page === undefined) throw new RangeError(`row ${row} has no short intervals`)
    return page
  }

  #keep(row: number, page: Page): void {
    this.#pages.set(row, page)
    this.#paged[row >>> 5] |= 1 << (row & 31)
  }
}

/** Cells of the slot by rank. */
const ranks = new Uint8Array(8)

/** The rank that half of a quarter-hour has at least. */
function rankOfHalf(width: number): number {
  let cells = 0
  let rank = 8
  while (2 * cells < width) cells += ranks[--rank]
  return rank
}

function cellsOf(unit: number, hasVars: boolean) {
  const cells = (2 * DAY_MINUTES) / unit
  return {
    unit,
    watts: new Float32Array(cells).fill(Number.NaN),
    vars: hasVars ? new Float32Array(cells).fill(Number.NaN) : null,
    marks: new Uint8Array(cells),
  }
}

function settle(page: Page, cell: number, watts: number, vars: number, mark: number, spread: boolean): number {
  const old = page.watts[cell]
  let outcome: number = Outcome.fresh
  if (!Number.isNaN(old)) {
    const oldMark = page.marks[cell]
    const oldVars = page.vars === null ? Number.NaN : page.vars[cell]
    if (old === watts && oldMark === mark && Object.is(oldVars, vars)) return Outcome.duplicate
    if (!outranks(watts, vars, mark, spread, old, oldVars, oldMark)) return Outcome.superseded
    outcome = Outcome.correction
  }
  page.watts[cell] = watts
  page.marks[cell] = mark
  if (page.vars !== null) page.vars[cell] = vars
  return outcome
}

/** As for slots: higher rank, then a newer spread, then the larger power; what is left is decided by content alone. */
function outranks(watts: number, vars: number, mark: number, spread: boolean, old: number, oldVars: number, oldMark: number) {
  if (mark >>> 5 !== oldMark >>> 5) return mark >>> 5 > oldMark >>> 5
  if (spread) return true
  if (watts !== old) return watts > old
  if (!Object.is(vars, oldVars)) return vars > oldVars || Number.isNaN(oldVars)
  return mark > oldMark
}

function bytes(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}
