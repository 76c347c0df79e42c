import { flux, InfluxDB, type ParameterizedQuery } from '@influxdata/influxdb-client'
import { LATE_REVISION, type ReadingBatch, type ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { InfluxHistory } from './influx-history.ts'
import { readProfile } from './influx-profile.ts'
import { type InfluxPlace, unavailable, writeLines } from './influx-writer.ts'
import { withoutLateCopies } from './late-copies.ts'
import { LineEncoder } from './line-encoder.ts'
import type { LoadProfile, ReadingStore } from './reading-store.ts'
import { resolveRevisions } from './resolve-revisions.ts'

/** A reading that InfluxDB does not take as it stands. */
export interface RefusedReading {
  readonly usagePoint: string
  readonly start: number
  readonly energyWh: number
  readonly position: number
}

export interface InfluxStoreOptions extends InfluxPlace {
  readonly token: string
  /** The ledger's id of a usage point row. */
  readonly idOf: (usagePoint: number) => string
  /** Told of each reading that was refused; all others of its batch are stored. */
  readonly onRefused: (reading: RefusedReading, reason: string) => void
  /** Milliseconds without an answer before a request counts as failed. */
  readonly timeoutMs?: number
}

/** Lines a request, and requests under way: more of either gains nothing on a measured server. */
const REQUEST_ROWS = 5_000
const REQUESTS = 2
/** Usage points that a query names one by one; for more it asks for all. */
const MOST_NAMED = 500
/** Profiles asked for at a time. */
const READ_AT_ONCE = 8

/**
 * Readings in InfluxDB 2: measurement `reading`, one series a usage point (and revision), times in seconds. A point sent
 * again overwrites itself, so a batch may be repeated. `append` resolves when the server has answered for every line.
 */
export class InfluxStore implements ReadingStore {
  readonly #client: InfluxDB
  readonly #options: InfluxStoreOptions
  readonly #encoder: LineEncoder

  constructor(options: InfluxStoreOptions) {
    this.#client = new InfluxDB({ url: options.url, token: options.token, timeout: options.timeoutMs ?? 30_000 })
    this.#options = options
    this.#encoder = new LineEncoder(options.idOf)
  }

  async append(taken: ReadingBatch): Promise<void> {
    const batch = await withoutLateCopies(taken, LATE_REVISION, (from, to, usagePoints, rows) =>
      this.#stored(from, to, usagePoints, rows),
    )
    let next = 0
    const lane = async () => {
      while (next < batch.length) {
        const from = next
        next = Math.min(batch.length, from + REQUEST_ROWS)
        await this.#write(batch, from, next)
      }
    }
    // All lanes come to rest before this settles: the caller may change the batch then.
    const lanes = await Promise.allSettled(Array.from({ length: REQUESTS }, lane))
    for (const result of lanes) if (result.status === 'rejected') throw result.reason
  }

  /** Nothing to do: InfluxDB answers after its write-ahead log is on disk. */
  async flush(): Promise<void> {}

  async loadProfile(usagePoint: number, from: number, to: number): Promise<LoadProfile> {
    const rows = this.#queried(() =>
      readProfile(this.#client.getQueryApi(this.#options.org), this.#options.bucket, this.#options.idOf(usagePoint), from, to),
    )
    return resolveRevisions(await rows)
  }

  async loadProfiles(usagePoints: readonly number[], from: number, to: number): Promise<LoadProfile[]> {
    const profiles: LoadProfile[] = []
    for (let at = 0; at < usagePoints.length; at += READ_AT_ONCE) {
      const some = usagePoints.slice(at, at + READ_AT_ONCE)
      profiles.push(...(await Promise.all(some.map((usagePoint) => this.loadProfile(usagePoint, from, to)))))
    }
    return profiles
  }

  async count(): Promise<number> {
    const { bucket } = this.#options
    const revisions = await this.#rows(flux`import "influxdata/influxdb/schema"
      schema.tagValues(bucket: ${bucket}, tag: "revision", start: 0, stop: 4294967295)`)
    // Without corrections every point is an interval, and InfluxDB counts without reading; with them, equal times are one.
    const [total] = await this.#rows(
      revisions.length === 0
        ? flux`${energies(bucket)} |> count() |> group() |> sum()`
        : flux`${energies(bucket)} |> group(columns: ["usage_point"]) |> unique(column: "_time") |> count() |> group() |> sum()`,
    )
    return Number(total?._value ?? 0)
  }

  async close(): Promise<void> {}

  async #stored(from: number, to: number, usagePoints: readonly number[], rows: ReadingBatchBuilder): Promise<void> {
    const { idOf } = this.#options
    const ids = usagePoints.map(idOf)
    const rowById = new Map(ids.map((id, index) => [id, usagePoints[index]]))
    const history = new InfluxHistory({ ...this.#options, idOf, rowOf: (id) => rowById.get(id) })
    await history.read(from, to, rows, ids.length <= MOST_NAMED ? ids : undefined)
  }

  /** Halves what is refused until each bad reading stands alone, or all of them are bad. */
  async #write(batch: ReadingBatch, from: number, to: number): Promise<void> {
    const result = await writeLines(this.#client, this.#options, this.#encoder.encode(batch, from, to))
    if (result.outcome === 'taken') return
    if (to - from === 1 || result.dropped === to - from) {
      for (let row = from; row < to; row++) this.#refuse(batch, row, result.reason)
      return
    }
    const middle = (from + to) >>> 1
    await this.#write(batch, from, middle)
    await this.#write(batch, middle, to)
  }

  #refuse({ columns: { usagePoint, start, energyWh, position } }: ReadingBatch, row: number, reason: string): void {
    const id = this.#options.idOf(usagePoint[row])
    this.#options.onRefused({ usagePoint: id, start: start[row], energyWh: energyWh[row], position: position[row] }, reason)
  }

  #rows(query: ParameterizedQuery): Promise<Record<string, unknown>[]> {
    return this.#queried(() => this.#client.getQueryApi(this.#options.org).collectRows<Record<string, unknown>>(query))
  }

  async #queried<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query()
    } catch (error) {
      throw unavailable(error, this.#options)
    }
  }
}

function energies(bucket: string): ParameterizedQuery {
  return flux`from(bucket: ${bucket}) |> range(start: 0, stop: 4294967295)
    |> filter(fn: (r) => r._measurement == "reading" and r._field == "energy_wh")`
}
