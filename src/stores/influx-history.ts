import {
  type FluxTableMetaData,
  flux,
  fluxExpression,
  InfluxDB,
  type ParameterizedQuery,
  toFluxValue,
} from '@influxdata/influxdb-client'
import type { ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { type InfluxPlace, unavailable } from './influx-writer.ts'
import { ABSENT } from './line-encoder.ts'
import { type DayRows, MOST_ROWS_A_DAY, scanInOrder } from './ordered-scan.ts'
import type { ReadingHistory } from './reading-store.ts'
import { SECONDS_A_DAY } from './reading-tail.ts'

export interface InfluxHistoryOptions extends InfluxPlace {
  readonly token: string
  /** Row of a usage point in the ledger; readings of one that it does not know are left out. */
  readonly rowOf: (usagePoint: string) => number | undefined
  /** And the other way round. */
  readonly idOf: (row: number) => string
  /** Milliseconds without an answer before a request counts as failed. */
  readonly timeoutMs?: number
  /** Rows asked for at a time. */
  readonly sliceRows?: number
}

/** Where the rows of one series stand: [first, end), in order of start. */
interface Series {
  readonly first: number
  end: number
}

type OtherField = 'reactive_varh' | 'seconds' | 'quality' | 'flags' | 'position'
const OTHER_FIELDS: readonly string[] = ['reactive_varh', 'seconds', 'quality', 'flags', 'position'] satisfies OtherField[]

/** The readings that InfluxDB holds, asked for slice by slice: first the energies, which every reading has, then the rest. */
export class InfluxHistory implements ReadingHistory, DayRows {
  readonly #client: InfluxDB
  readonly #options: InfluxHistoryOptions

  constructor(options: InfluxHistoryOptions) {
    this.#client = new InfluxDB({ url: options.url, token: options.token, timeout: options.timeoutMs ?? 60_000 })
    this.#options = options
  }

  async span(): Promise<{ from: number; to: number } | null> {
    const all = flux`${this.#readings(0, 4_294_967_295)} |> filter(fn: (r) => r._field == "energy_wh")`
    const first = await this.#time(flux`${all} |> first() |> group() |> sort(columns: ["_time"]) |> limit(n: 1)`)
    const last = await this.#time(flux`${all} |> last() |> group() |> sort(columns: ["_time"], desc: true) |> limit(n: 1)`)
    if (first === null || last === null) return null
    const dayOf = (time: number) => Math.floor(time / SECONDS_A_DAY)
    return { from: dayOf(first) * SECONDS_A_DAY, to: (dayOf(last) + 1) * SECONDS_A_DAY }
  }

  scan(from: number, to: number, only?: readonly number[]): AsyncIterable<ReadingBatch> {
    const sliceRows = this.#options.sliceRows ?? 250_000
    if (only === undefined) return scanInOrder(this, from, to, sliceRows)
    const ids = only.map((row) => this.#options.idOf(row))
    const source: DayRows = {
      days: async () => daysBetween(from, to),
      rowsOf: async () => only.length * MOST_ROWS_A_DAY,
      read: (since, until, rows) => this.read(since, until, rows, ids),
    }
    return scanInOrder(source, from, to, sliceRows)
  }

  async days(from: number, to: number): Promise<number[]> {
    const span = await this.span()
    if (span === null) return []
    return daysBetween(Math.max(from, span.from), Math.min(to, span.to))
  }

  async rowsOf(day: number): Promise<number> {
    const readings = this.#readings(day * SECONDS_A_DAY, (day + 1) * SECONDS_A_DAY)
    const query = flux`${readings} |> filter(fn: (r) => r._field == "energy_wh") |> count() |> group() |> sum()`
    let count = 0
    await this.#each(query, ['_value'], ([value]) => {
      count = Number(value)
    })
    return count
  }

  async read(from: number, to: number, rows: ReadingBatchBuilder, only?: readonly string[]): Promise<void> {
    const series = new Map<string, Series>()
    const readings = this.#readings(from, to, only)
    await this.#readEnergies(readings, rows, series)
    if (rows.length > 0) await this.#readOthers(readings, rows, series)
  }

  async close(): Promise<void> {}

  async #readEnergies(readings: ParameterizedQuery, rows: ReadingBatchBuilder, series: Map<string, Series>): Promise<void> {
    let usagePoint: string | undefined
    let revision: string | undefined
    let row: number | undefined
    let current: Series = { first: 0, end: 0 }
    const query = flux`${readings} |> filter(fn: (r) => r._field == "energy_wh")
      |> keep(columns: ["_time", "_value", "usage_point", "revision"])`
    await this.#each(query, ['usage_point', 'revision', '_time', '_value'], ([id, of, time, value]) => {
      if (id !== usagePoint || of !== revision) {
        usagePoint = id
        revision = of
        row = this.#options.rowOf(id)
        current = { first: rows.length, end: rows.length }
        series.set(`${of} ${id}`, current)
      }
      if (row === undefined) return
      rows.add(row, secondsOf(time), ABSENT.seconds, Number(value), Number.NaN, ABSENT.quality, ABSENT.flags, ABSENT.position)
      current.end++
    })
  }

  /** The other fields of a reading meet its energy by series and time; both come in order of time. */
  async #readOthers(readings: ParameterizedQuery, rows: ReadingBatchBuilder, series: Map<string, Series>): Promise<void> {
    const { start, reactiveVarh, seconds, quality, flags, position } = rows.columns
    const columns = { reactive_varh: reactiveVarh, seconds, quality, flags, position }
    let key = ''
    let column: (typeof columns)[OtherField] = seconds
    let at = 0
    let end = 0
    const query = flux`${readings} |> filter(fn: (r) => r._field != "energy_wh")
      |> keep(columns: ["_time", "_value", "_field", "usage_point", "revision"])`
    await this.#each(query, ['usage_point', 'revision', '_field', '_time', '_value'], ([id, revision, field, time, value]) => {
      const table = `${field} ${revision} ${id}`
      if (table !== key) {
        key = table
        const rowsOfSeries = series.get(`${revision} ${id}`)
        at = rowsOfSeries?.first ?? 0
        end = isOther(field) ? (rowsOfSeries?.end ?? 0) : 0
        if (isOther(field)) column = columns[field]
      }
      const seconds = secondsOf(time)
      while (at < end && start[at] < seconds) at++
      if (at < end && start[at] === seconds) column[at] = Number(value)
    })
  }

  #readings(from: number, to: number, only: readonly string[] = []): ParameterizedQuery {
    const all = flux`from(bucket: ${this.#options.bucket}) |> range(start: ${from}, stop: ${to})
      |> filter(fn: (r) => r._measurement == "reading")`
    if (only.length === 0) return all
    // a chain of comparisons is looked up in the index, contains() is not
    const either = fluxExpression(only.map((id) => `r.usage_point == ${toFluxValue(id)}`).join(' or '))
    return flux`${all} |> filter(fn: (r) => ${either})`
  }

  async #time(query: ParameterizedQuery): Promise<number | null> {
    let seconds: number | null = null
    await this.#each(query, ['_time'], ([time]) => {
      seconds = secondsOf(time)
    })
    return seconds
  }

  /** Calls `take` with the named columns of each row, '' for one that is absent; the array is used again. */
  async #each(query: ParameterizedQuery, names: readonly string[], take: (values: readonly string[]) => void): Promise<void> {
    let table: FluxTableMetaData | undefined
    let places: readonly number[] = []
    const values = names.map(() => '')
    try {
      await new Promise<void>((resolve, reject) => {
        this.#client.getQueryApi(this.#options.org).queryRows(query, {
          next(row, meta) {
            if (meta !== table) {
              table = meta
              places = names.map((name) => meta.columns.find(({ label }) => label === name)?.index ?? -1)
            }
            for (let index = 0; index < places.length; index++) values[index] = row[places[index]] ?? ''
            take(values)
          },
          error: reject,
          complete: resolve,
        })
      })
    } catch (error) {
      throw unavailable(error, this.#options)
    }
  }
}

function daysBetween(from: number, to: number): number[] {
  const first = Math.floor(from / SECONDS_A_DAY)
  const end = Math.ceil(to / SECONDS_A_DAY)
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}

function isOther(field: string): field is OtherField {
  return OTHER_FIELDS.includes(field)
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000
}
