import { setImmediate as nextTurn } from 'node:timers/promises'
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, UINTEGER, UTINYINT } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { type ReadingTail, SECONDS_A_DAY, type TailChunk } from './reading-tail.ts'
import type { RowColumns } from './row-columns.ts'

const VECTOR_ROWS = 2048
/** Rows handed over before the event loop gets a turn: 3–6 ms. */
const TURN_ROWS = 8 * VECTOR_ROWS
const COLUMNS = [
  ['usage_point', 'UINTEGER', UINTEGER],
  ['start', 'UINTEGER', UINTEGER],
  ['seconds', 'UINTEGER', UINTEGER],
  ['energy_wh', 'DOUBLE', DOUBLE],
  ['reactive_varh', 'DOUBLE', DOUBLE],
  ['quality', 'UTINYINT', UTINYINT],
  ['flags', 'UTINYINT', UTINYINT],
  ['revision', 'UTINYINT', UTINYINT],
  ['position', 'DOUBLE', DOUBLE],
] as const
/** Measured: docs/decisions/0004-embedded-store-in-parquet.md. */
const FORMAT = '(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)'

export interface EngineOptions {
  /** DuckDB's memory, in MB. */
  readonly memoryMb: number
  readonly threads: number
  /** Where sorts that do not fit into it go. */
  readonly temporary: string
}

/**
 * DuckDB as a reader and writer of Parquet files, in one in-memory instance: there is never a DuckDB database file.
 * Whole columns go in; sorting, compressing and reading run on its own threads.
 */
export class ParquetEngine {
  readonly #instance: DuckDBInstance
  readonly #writer: DuckDBConnection
  readonly #merger: DuckDBConnection
  readonly #reader: DuckDBConnection

  private constructor(instance: DuckDBInstance, writer: DuckDBConnection, merger: DuckDBConnection, reader: DuckDBConnection) {
    this.#instance = instance
    this.#writer = writer
    this.#merger = merger
    this.#reader = reader
  }

  static async open({ memoryMb, threads, temporary }: EngineOptions): Promise<ParquetEngine> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryMb}MB`,
      threads: String(threads),
      temp_directory: temporary,
      autoinstall_known_extensions: 'false',
    })
    const [writer, merger, reader] = [await instance.connect(), await instance.connect(), await instance.connect()]
    await reader.run('SET parquet_metadata_cache = true')
    return new ParquetEngine(instance, writer, merger, reader)
  }

  /** Writes each UTC day of the tail into the file that `fileOf` names, sorted by usage point and start. */
  async write(tail: ReadingTail, fileOf: (day: number) => string): Promise<void> {
    // never committed: DuckDB copies what is committed a second time
    await this.#writer.run('BEGIN TRANSACTION')
    try {
      await this.#writer.run(`CREATE TABLE tail (${COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')})`)
      for (const chunk of tail.chunks) await this.#load(chunk)
      for (const day of tail.days) {
        const from = day * SECONDS_A_DAY
        await this.#writer.run(
          `COPY (SELECT * REPLACE (nullif(reactive_varh, 'NaN'::DOUBLE) AS reactive_varh) FROM tail
             WHERE start >= ${from} AND start < ${from + SECONDS_A_DAY} ORDER BY usage_point, start)
           TO ${quoted(fileOf(day))} ${FORMAT}`,
        )
      }
    } finally {
      await this.#writer.run('ROLLBACK')
    }
  }

  /**
   * Writes the rows of `files` into one file. `dropCopies` keeps one of the rows that say the same, at the latest
   * position; it costs as much again.
   */
  async merge(files: readonly string[], into: string, dropCopies: boolean): Promise<void> {
    const rows = dropCopies
      ? `SELECT usage_point, start, seconds, energy_wh, reactive_varh, quality, flags,
           max(revision) AS revision, max(position) AS position
         FROM ${parquet(files)} GROUP BY ALL`
      : `SELECT ${COLUMNS.map(([name]) => name).join(', ')} FROM ${parquet(files)}`
    await this.#merger.run(`COPY (${rows} ORDER BY usage_point, start) TO ${quoted(into)} ${FORMAT}`)
  }

  /** Breaks off a merge that is under way; it rejects. */
  interruptMerge(): void {
    this.#merger.interrupt()
  }

  /** Adds the rows of the usage points in `rows` that start in [from, to): all of them, or none when it rejects. */
  async read(files: readonly string[], rows: ReadonlyMap<number, RowColumns>, from: number, to: number): Promise<void> {
    const result = await this.#reader.runAndReadAll(
      `SELECT usage_point, start, seconds, energy_wh, reactive_varh, quality, flags, position FROM ${parquet(files)}
       WHERE usage_point IN (${[...rows.keys()].join(', ')}) AND start >= ${from} AND start < ${to}`,
    )
    const [usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position] = result.getColumns()
    for (let row = 0; row < result.currentRowCount; row++) {
      rows
        .get(numberOr(usagePoint[row]))
        ?.add(
          numberOr(start[row]),
          numberOr(seconds[row]),
          numberOr(energyWh[row]),
          numberOr(reactiveVarh[row]),
          numberOr(quality[row]),
          numberOr(flags[row]),
          numberOr(position[row]),
        )
    }
  }

  /** Adds the rows of all usage points, or of `only` these, that start in [from, to), in any order: whole vectors are copied. */
  async scan(
    files: readonly string[],
    from: number,
    to: number,
    rows: ReadingBatchBuilder,
    only?: readonly number[],
  ): Promise<void> {
    const of = only === undefined ? '' : `AND usage_point IN (${only.join(', ')})`
    const result = await this.#reader.run(
      `SELECT usage_point, start, seconds, energy_wh, coalesce(reactive_varh, 'NaN'::DOUBLE), quality, flags, position
       FROM ${parquet(files)} WHERE start >= ${from} AND start < ${to} ${of}`,
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const length = chunk.rowCount
      const first = rows.extend(length)
      const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, revision, position } = rows.columns
      for (const [index, column] of [usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position].entries()) {
        const width = column.BYTES_PER_ELEMENT
        const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, index), length * width)
        new Uint8Array(column.buffer, column.byteOffset + first * width, length * width).set(data)
      }
      revision.fill(0, first, first + length)
    }
  }

  /** Rows in the files, from what stands at their ends. */
  async countRows(files: readonly string[]): Promise<number> {
    const result = await this.#reader.runAndReadAll(`SELECT count(*) FROM ${parquet(files)}`)
    return numberOr(result.getRows()[0][0])
  }

  /** Distinct (usage point, start) pairs in the files. */
  async countIntervals(files: readonly string[]): Promise<number> {
    const result = await this.#reader.runAndReadAll(
      `SELECT count(*) FROM (SELECT DISTINCT usage_point, start FROM ${parquet(files)})`,
    )
    return numberOr(result.getRows()[0][0])
  }

  /** Why a file cannot be read to its end, or undefined when it can. */
  async fault(file: string): Promise<string | undefined> {
    try {
      await this.#reader.run(`SELECT ${COLUMNS.map(([name]) => `max(${name})`).join(', ')} FROM ${parquet([file])}`)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  close(): void {
    for (const connection of [this.#writer, this.#merger, this.#reader]) connection.closeSync()
    this.#instance.closeSync()
  }

  async #load(chunk: TailChunk): Promise<void> {
    const appender = await this.#writer.createAppender('tail')
    const rows = DuckDBDataChunk.create(COLUMNS.map(([, , type]) => type))
    for (let from = 0; from < chunk.length; from += VECTOR_ROWS) {
      const length = Math.min(VECTOR_ROWS, chunk.length - from)
      rows.reset()
      rows.rowCount = length
      for (const [index, column] of columnsOf(chunk).entries()) {
        const vector = duckdb.data_chunk_get_vector(rows.chunk, index)
        const bytes = column.BYTES_PER_ELEMENT
        duckdb.copy_data_to_vector(vector, 0, column.buffer, from * bytes, length * bytes)
      }
      appender.appendDataChunk(rows)
      if ((from / VECTOR_ROWS) % (TURN_ROWS / VECTOR_ROWS) !== 7) continue
      appender.flushSync()
      await nextTurn()
    }
    appender.flushSync()
    appender.closeSync()
  }
}

/** In the order of COLUMNS. */
function columnsOf(chunk: TailChunk) {
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, revision, position } = chunk
  return [usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, revision, position]
}

function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(quoted).join(', ')}], hive_partitioning = false)`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** NULL, the store's missing value, is NaN in columns. */
function numberOr(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
}
