/**
 * Writes the rows of an import in order of time, whatever the order of the files: the detectors judge history as it
 * happened. Rows are collected in memory up to `runRows`, sorted, and put aside as a run; in the end the runs are merged.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '../model/ledger.ts'
import { type ByteSink, TAKEN, TOO_NEW, UNKNOWN_METER } from './byte-sink.ts'
import { deviceOf } from './device.ts'
import { BlockFile } from './import-block-file.ts'
import { type ImportColumns, type ImportNote, importColumns, KIND_READINGS, KIND_REGISTERS } from './import-format.ts'
import { importRows } from './import-reader.ts'
import { syncDirectory } from './journal-database.ts'

export interface ImportWriterOptions {
  readonly directory: string
  readonly ledger: Ledger
  /** UTC seconds: what starts later is refused. */
  readonly latest: number
  /** Rows held in memory, about 60 bytes each. */
  readonly runRows?: number
}

const DEFAULT_RUN_ROWS = 8 << 20

/** A sink of one kind of rows: an import has readings or registers, never both. */
export class ImportWriter implements ByteSink {
  readonly #options: ImportWriterOptions
  readonly #runRows: number
  #kind = KIND_READINGS
  #columns: ImportColumns
  #capacity = 1 << 16
  #length = 0
  readonly #runs: string[] = []
  rows = 0

  constructor(options: ImportWriterOptions) {
    this.#options = options
    this.#runRows = options.runRows ?? DEFAULT_RUN_ROWS
    this.#columns = importColumns(this.#capacity)
  }

  readingAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
  ): number {
    return this.#add(KIND_READINGS, bytes, from, to, start, seconds, energyWh, reactiveVarh, quality)
  }

  registerAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    registerWh: number,
    reactiveRegisterVarh: number,
    quality: number,
  ): number {
    return this.#add(KIND_REGISTERS, bytes, from, to, at, deviceOf(bytes, from, to), registerWh, reactiveRegisterVarh, quality)
  }

  /** The finished file, durable, or null when there were no rows. Its name is made of its content: the same import gives the same file. */
  finish(): ImportNote | null {
    if (this.rows === 0) return null
    this.#putAside()
    const merged = this.#runs.length === 1 ? this.#runs[0] : this.#merge()
    const hash = createHash('sha256')
    for (const { columns, length } of importRows(merged)) {
      for (const column of [
        columns.usagePoint,
        columns.start,
        columns.seconds,
        columns.energyWh,
        columns.reactiveVarh,
        columns.quality,
      ]) {
        hash.update(new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT))
      }
    }
    const file = `${this.#kind === KIND_REGISTERS ? 'registers' : 'readings'}-${hash.digest('hex').slice(0, 24)}.adit`
    renameSync(merged, join(this.#options.directory, file))
    syncDirectory(this.#options.directory)
    this.discard()
    return { file, rows: this.rows }
  }

  /** Removes what was put aside. */
  discard(): void {
    for (const run of this.#runs.splice(0)) rmSync(run, { force: true })
  }

  #add(
    kind: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    wh: number,
    varh: number,
    quality: number,
  ): number {
    const { ledger, latest } = this.#options
    const usagePoint = ledger.rowOfMeterBytes(bytes, from, to)
    if (usagePoint < 0) return UNKNOWN_METER
    if (start > latest) return TOO_NEW
    if (this.#length === this.#capacity) this.#makeRoom()
    const row = this.#length++
    const columns = this.#columns
    columns.usagePoint[row] = usagePoint
    columns.start[row] = start
    columns.seconds[row] = seconds
    columns.energyWh[row] = wh
    columns.reactiveVarh[row] = varh
    columns.quality[row] = quality
    this.#kind = kind
    this.rows++
    return TAKEN
  }

  #makeRoom(): void {
    if (this.#capacity >= this.#runRows) {
      this.#putAside()
      return
    }
    const before = this.#columns
    this.#capacity = Math.min(this.#capacity * 2, this.#runRows)
    this.#columns = importColumns(this.#capacity)
    this.#columns.usagePoint.set(before.usagePoint)
    this.#columns.start.set(before.start)
    this.#columns.seconds.set(before.seconds)
    this.#columns.energyWh.set(before.energyWh)
    this.#columns.reactiveVarh.set(before.reactiveVarh)
    this.#columns.quality.set(before.quality)
  }

  #putAside(): void {
    if (this.#length === 0) return
    const order = orderOfStart(this.#columns.start, this.#length)
    const file = new BlockFile(this.#nextRun(), this.#kind)
    for (let place = 0; place < this.#length; place++) file.add(this.#columns, order[place])
    file.close()
    this.#length = 0
  }

  /** The runs into one file, in order of start; of equal starts the earlier run's first. */
  #merge(): string {
    const heads = this.#runs.map((run) => ({ rows: importRows(run), columns: importColumns(0), length: 0, row: 0 }))
    const path = this.#nextRun()
    const file = new BlockFile(path, this.#kind)
    let open = heads.filter(advance)
    while (open.length > 0) {
      let first = open[0]
      for (const head of open) if (head.columns.start[head.row] < first.columns.start[first.row]) first = head
      file.add(first.columns, first.row)
      first.row++
      if (first.row === first.length && !advance(first)) open = open.filter((head) => head !== first)
    }
    file.close()
    return path
  }

  #nextRun(): string {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 })
    const run = join(this.#options.directory, `run-${process.pid}-${this.#runs.length}.tmp`)
    this.#runs.push(run)
    return run
  }
}

interface Head {
  readonly rows: Iterator<{ readonly columns: ImportColumns; readonly length: number }>
  columns: ImportColumns
  length: number
  row: number
}

function advance(head: Head): boolean {
  const { done, value } = head.rows.next()
  if (done) return false
  head.columns = value.columns
  head.length = value.length
  head.row = 0
  return true
}

/** Stable counting sort by minute. */
function orderOfStart(start: Uint32Array, length: number): Uint32Array {
  let first = 0xffff_ffff
  let last = 0
  for (let row = 0; row < length; row++) {
    if (start[row] < first) first = start[row]
    if (start[row] > last) last = start[row]
  }
  const places = new Uint32Array(Math.floor((last - first) / 60) + 2)
  for (let row = 0; row < length; row++) places[Math.floor((start[row] - first) / 60) + 1]++
  for (let minute = 1; minute < places.length; minute++) places[minute] += places[minute - 1]
  const order = new Uint32Array(length)
  for (let row = 0; row < length; row++) order[places[Math.floor((start[row] - first) / 60)]++] = row
  return order
}
