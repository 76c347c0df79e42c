/**
 * Late truth: readings that came when their day was settled already — that of their usage point, or that of its area, whose
 * meters are judged together. What they were is kept by usage point until all that is stored of their area is judged again
 * (detectors/judge-again.ts). Whether they say anything new is not asked here: judging the same again changes nothing.
 */
import { allocateColumns, bytesOfColumns, type Columns } from '../model/columns.ts'

/** `from` and `to`: start of the earliest and of the latest of them, UTC seconds. `count` stops at 65,535. */
const TYPES = { from: Uint32Array, to: Uint32Array, count: Uint16Array } as const
export const LATE_BYTES_PER_ROW = bytesOfColumns(TYPES, 1)

/** What is judged as one: a usage point row without an area, or an area as −1 − area. */
export type JudgedKey = number

export class LateReadings {
  readonly columns: Columns<typeof TYPES>
  readonly #keys = new Set<JudgedKey>()
  readonly #restless = new Set<JudgedKey>()

  constructor(rows: number) {
    this.columns = allocateColumns(TYPES, rows)
  }

  note(key: JudgedKey, row: number, start: number): void {
    const { from, to, count } = this.columns
    if (count[row] === 0 || start < from[row]) from[row] = start
    if (start > to[row]) to[row] = start
    if (count[row] < 0xffff) count[row]++
    this.#keys.add(key)
    this.#restless.add(key)
  }

  /** Who has to be judged again, in the order in which it came up. */
  get keys(): ReadonlySet<JudgedKey> {
    return this.#keys
  }

  /** Those for which more came since this was asked last: more may be on its way. */
  takeRestless(): ReadonlySet<JudgedKey> {
    const restless = new Set(this.#restless)
    this.#restless.clear()
    return restless
  }

  /** They were judged again. */
  clear(key: JudgedKey, rows: Iterable<number>): void {
    const { from, to, count } = this.columns
    for (const row of rows) {
      from[row] = 0
      to[row] = 0
      count[row] = 0
    }
    this.#keys.delete(key)
    this.#restless.delete(key)
  }

  /** Usage points have come to other areas. */
  regroup(keyOf: (row: number) => JudgedKey | null): void {
    for (const key of this.#keys) if (key >= 0) this.#keys.delete(key)
    const { count } = this.columns
    for (let row = 0; row < count.length; row++) {
      const key = count[row] > 0 ? keyOf(row) : null
      if (key !== null) this.#keys.add(key)
    }
  }

  snapshot(): string {
    return JSON.stringify([...this.#keys])
  }

  /** The columns come back by themselves. */
  restore(json: string): void {
    const keys: JudgedKey[] = json === '' ? [] : JSON.parse(json)
    for (const key of keys) this.#keys.add(key)
  }
}
