import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { DayFiles } from './day-files.ts'
import { type DayRows, MOST_ROWS_A_DAY, scanInOrder } from './ordered-scan.ts'
import { ParquetEngine } from './parquet-engine.ts'
import type { ReadingHistory } from './reading-store.ts'
import { SECONDS_A_DAY } from './reading-tail.ts'
import { StoreUnavailable } from './store-unavailable.ts'

export interface EmbeddedHistoryOptions {
  readonly directory: string
  readonly memoryMb?: number
  readonly threads?: number
  /** Rows in memory at a time, twice as many at most. */
  readonly sliceRows?: number
}

const END = 2 ** 32
/** A merge beside us replaces files between the listing and the reading. */
const ATTEMPTS = 5

/** The Parquet files of the embedded store, read and never touched. */
export class EmbeddedHistory implements ReadingHistory, DayRows {
  readonly #directory: string
  readonly #files: DayFiles
  readonly #engine: ParquetEngine
  readonly #sliceRows: number

  private constructor({ directory, sliceRows = 2_000_000 }: EmbeddedHistoryOptions, engine: ParquetEngine) {
    this.#directory = directory
    this.#files = new DayFiles(directory)
    this.#engine = engine
    this.#sliceRows = sliceRows
  }

  static async open(options: EmbeddedHistoryOptions): Promise<EmbeddedHistory> {
    const { memoryMb = 512, threads = 2 } = options
    return new EmbeddedHistory(options, await ParquetEngine.open({ memoryMb, threads, temporary: tmpdir() }))
  }

  async span(): Promise<{ from: number; to: number } | null> {
    const days = await this.days(0, END)
    return days.length === 0 ? null : { from: days[0] * SECONDS_A_DAY, to: (days[days.length - 1] + 1) * SECONDS_A_DAY }
  }

  scan(from: number, to: number, only?: readonly number[]): AsyncIterable<ReadingBatch> {
    if (only === undefined) return scanInOrder(this, from, to, this.#sliceRows)
    const source: DayRows = {
      days: (since, until) => this.days(since, until),
      rowsOf: async () => only.length * MOST_ROWS_A_DAY,
      read: (since, until, rows) => this.read(since, until, rows, only),
    }
    return scanInOrder(source, from, to, this.#sliceRows)
  }

  async days(from: number, to: number): Promise<number[]> {
    return existsSync(this.#directory) ? await this.#files.days(from, to) : []
  }

  rowsOf(day: number): Promise<number> {
    return this.#reading(day, 0, (files) => this.#engine.countRows(files))
  }

  async read(from: number, to: number, rows: ReadingBatchBuilder, only?: readonly number[]): Promise<void> {
    await this.#reading(Math.floor(from / SECONDS_A_DAY), undefined, async (files) => {
      rows.clear()
      await this.#engine.scan(files, from, to, rows, only)
    })
  }

  async close(): Promise<void> {
    this.#engine.close()
  }

  async #reading<T>(day: number, none: T, read: (files: readonly string[]) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const files = await this.#files.of(day)
      if (files.length === 0) return none
      try {
        return await read(files)
      } catch (error) {
        if (attempt === ATTEMPTS) throw await this.#blame(files, error)
      }
    }
  }

  async #blame(files: readonly string[], error: unknown): Promise<unknown> {
    for (const file of files) {
      const reason = await this.#engine.fault(file)
      if (reason === undefined) continue
      const remedy = 'Start the service once: it sets broken files aside, and the archive has what they held'
      return new StoreUnavailable('failed', `${file} cannot be read: ${reason.split('\n')[0]}`, remedy, 0, error)
    }
    return error
  }
}
