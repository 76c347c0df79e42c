import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import type { CsvReject } from '../ingest/csv-reject.ts'
import { harmlessCell } from './harmless-cell.ts'

const HEADER = 'line,column,value,reason,remedy,row\n'
const TOGETHER = 1_000
const SHOWN = 20

/** The rows of one file that were not taken, written to `FILE.rejected.csv` as they come; the first few are kept to be shown. */
export class RejectsFile {
  readonly path: string
  readonly first: CsvReject[] = []
  count = 0
  readonly #write: boolean
  #file: number | null = null
  #waiting: CsvReject[] = []

  /** With `write` false nothing is written, for a dry run. A file left by an earlier import of the same file goes. */
  constructor(source: string, write: boolean) {
    this.path = `${source}.rejected.csv`
    this.#write = write
    if (write) rmSync(this.path, { force: true })
  }

  add(reject: CsvReject): void {
    this.count++
    if (this.first.length < SHOWN) this.first.push(reject)
    if (!this.#write) return
    this.#waiting.push(reject)
    if (this.#waiting.length >= TOGETHER) this.#flush()
  }

  close(): void {
    this.#flush()
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #flush(): void {
    if (this.#waiting.length === 0) return
    if (this.#file === null) {
      this.#file = openSync(this.path, 'w', 0o600)
      writeSync(this.#file, `\ufeff${HEADER}`)
    }
    const rows = this.#waiting.map(({ line, column, value, reason, remedy, row }) => [
      line,
      ...[column, value, reason, remedy, row].map(harmlessCell),
    ])
    writeSync(this.#file, stringify(rows))
    this.#waiting = []
  }
}
