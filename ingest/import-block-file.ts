import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import {
  BLOCK_HEAD_BYTES,
  checksumOf,
  IMPORT_BLOCK_ROWS,
  IMPORT_MAGIC,
  type ImportColumns,
  importColumns,
} from './import-format.ts'

/** Writes rows in blocks; `close` returns when they are on disk. */
export class BlockFile {
  readonly #file: number
  readonly #kind: number
  #columns = importColumns(IMPORT_BLOCK_ROWS)
  #length = 0

  constructor(path: string, kind: number) {
    this.#file = openSync(path, 'w', 0o600)
    this.#kind = kind
    writeAll(this.#file, Buffer.from(IMPORT_MAGIC))
  }

  add(from: ImportColumns, row: number): void {
    const at = this.#length++
    const columns = this.#columns
    columns.usagePoint[at] = from.usagePoint[row]
    columns.start[at] = from.start[row]
    columns.seconds[at] = from.seconds[row]
    columns.energyWh[at] = from.energyWh[row]
    columns.reactiveVarh[at] = from.reactiveVarh[row]
    columns.quality[at] = from.quality[row]
    if (this.#length === IMPORT_BLOCK_ROWS) this.#writeBlock(columns, this.#length)
  }

  close(): void {
    if (this.#length > 0) {
      const rest = importColumns(this.#length)
      rest.usagePoint.set(this.#columns.usagePoint.subarray(0, this.#length))
      rest.start.set(this.#columns.start.subarray(0, this.#length))
      rest.seconds.set(this.#columns.seconds.subarray(0, this.#length))
      rest.energyWh.set(this.#columns.energyWh.subarray(0, this.#length))
      rest.reactiveVarh.set(this.#columns.reactiveVarh.subarray(0, this.#length))
      rest.quality.set(this.#columns.quality.subarray(0, this.#length))
      this.#writeBlock(rest, this.#length)
    }
    fsyncSync(this.#file)
    closeSync(this.#file)
  }

  #writeBlock(columns: ImportColumns, rows: number): void {
    const bytes = new Uint8Array(columns.energyWh.buffer)
    const head = new Uint32Array(BLOCK_HEAD_BYTES / 4)
    head[0] = rows
    head[1] = this.#kind
    head[2] = checksumOf(bytes)
    writeAll(this.#file, new Uint8Array(head.buffer))
    writeAll(this.#file, bytes)
    this.#length = 0
  }
}

/** `writeSync` may write short on a full disk without an exception. */
function writeAll(file: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) {
    const written = writeSync(file, bytes, done, bytes.length - done)
    if (written === 0) throw new Error('the disk is full')
    done += written
  }
}
