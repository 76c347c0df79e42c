/** Set in `flags` when the interval's energy is a difference of register values spread over a gap. */
export const FLAG_SPREAD = 1

/** Revisions from here on are of late values, told apart by four bits: every one of these is a series of its own in InfluxDB. */
export const LATE_REVISION = 240

/**
 * Interval readings as columns; row i of every column is one reading. `usagePoint` is the row number of the usage point
 * in the ledger, `start` the beginning of the interval in UTC seconds, `energyWh` the energy over the interval after
 * CT/PT, `reactiveVarh` NaN where missing, `quality` an ESPI code, `flags` a set of FLAG_*, `revision` 0 for the first
 * value seen for an interval and 1–255, by content, for one that differs from it. `position` is the journal position of the packet.
 * `length` counts the rows in use; the columns may be longer.
 */
export interface ReadingBatch {
  readonly columns: ReadingColumns
  readonly length: number
}

export interface ReadingColumns {
  readonly usagePoint: Uint32Array
  readonly start: Uint32Array
  readonly seconds: Uint32Array
  readonly energyWh: Float64Array
  readonly reactiveVarh: Float64Array
  readonly quality: Uint8Array
  readonly flags: Uint8Array
  readonly revision: Uint8Array
  readonly position: Float64Array
}

function columnsOf(rows: number): ReadingColumns {
  return {
    usagePoint: new Uint32Array(rows),
    start: new Uint32Array(rows),
    seconds: new Uint32Array(rows),
    energyWh: new Float64Array(rows),
    reactiveVarh: new Float64Array(rows),
    quality: new Uint8Array(rows),
    flags: new Uint8Array(rows),
    revision: new Uint8Array(rows),
    position: new Float64Array(rows),
  }
}

/** Collects readings into columns that grow by doubling and are used again after `clear`. */
export class ReadingBatchBuilder implements ReadingBatch {
  columns: ReadingColumns
  length = 0
  #capacity: number

  constructor(capacity = 4096) {
    this.#capacity = Math.max(1, capacity)
    this.columns = columnsOf(this.#capacity)
  }

  /** Energy in Wh, reactive energy in varh or NaN, times in UTC seconds. */
  add(
    usagePoint: number,
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
    flags: number,
    position: number,
  ): void {
    if (this.length === this.#capacity) this.#grow()
    const row = this.length++
    const { columns } = this
    columns.usagePoint[row] = usagePoint
    columns.start[row] = start
    columns.seconds[row] = seconds
    columns.energyWh[row] = energyWh
    columns.reactiveVarh[row] = reactiveVarh
    columns.quality[row] = quality
    columns.flags[row] = flags
    columns.revision[row] = 0
    columns.position[row] = position
  }

  /** Makes room for `rows` more and counts them: the caller fills every column from the returned row on. */
  extend(rows: number): number {
    const first = this.length
    while (first + rows > this.#capacity) this.#grow()
    this.length = first + rows
    return first
  }

  /** Forgets the rows after `length`: a payload that turned out bad half-way leaves nothing behind. */
  truncate(length: number): void {
    if (length > this.length) throw new RangeError(`cannot truncate ${this.length} rows to ${length}`)
    this.length = length
  }

  clear(): void {
    this.length = 0
  }

  #grow(): void {
    this.#capacity *= 2
    const grown = columnsOf(this.#capacity)
    grown.usagePoint.set(this.columns.usagePoint)
    grown.start.set(this.columns.start)
    grown.seconds.set(this.columns.seconds)
    grown.energyWh.set(this.columns.energyWh)
    grown.reactiveVarh.set(this.columns.reactiveVarh)
    grown.quality.set(this.columns.quality)
    grown.flags.set(this.columns.flags)
    grown.revision.set(this.columns.revision)
    grown.position.set(this.columns.position)
    this.columns = grown
  }
}
