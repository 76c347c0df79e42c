import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** An external broker had forgotten our session: what it had queued for us in [from, to) is lost. Times are epoch milliseconds. */
export interface UpstreamGap {
  readonly source: string
  readonly from: number
  readonly to: number
  /** That had sent through this broker within a day before. */
  readonly gateways: readonly string[]
}

const Gateways = z.array(z.string())
const KEPT_GAPS = 1_000
const DAY = 86_400_000

/** Which gateways came through an external broker, and when it forgot our session; in `gateways.db`, so that a restart forgets neither. */
export class GapBook {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS broker_gateway (
        source TEXT NOT NULL, gateway TEXT NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY (source, gateway)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS upstream_gap (
        id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, gateways TEXT NOT NULL
      ) STRICT;
    `)
  }

  heard(source: string, times: ReadonlyMap<string, number>): void {
    if (times.size === 0) return
    const put = this.#database.prepare(
      'INSERT INTO broker_gateway VALUES (?, ?, ?) ON CONFLICT (source, gateway) DO UPDATE SET last_at = excluded.last_at',
    )
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const [gateway, at] of times) put.run(source, gateway, at)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  add(source: string, from: number, to: number): void {
    const concerned = this.#database
      .prepare('SELECT gateway FROM broker_gateway WHERE source = ? AND last_at >= ? ORDER BY gateway')
      .all(source, from - DAY)
      .map(({ gateway }) => String(gateway))
    this.#database
      .prepare('INSERT INTO upstream_gap (source, from_at, to_at, gateways) VALUES (?, ?, ?, ?)')
      .run(source, from, to, JSON.stringify(concerned))
    this.#database.prepare('DELETE FROM upstream_gap WHERE id <= (SELECT max(id) FROM upstream_gap) - ?').run(KEPT_GAPS)
  }

  /** Latest first. */
  list(limit = KEPT_GAPS): readonly UpstreamGap[] {
    return this.#database
      .prepare('SELECT * FROM upstream_gap ORDER BY id DESC LIMIT ?')
      .all(limit)
      .map((row) => ({
        source: String(row.source),
        from: Number(row.from_at),
        to: Number(row.to_at),
        gateways: Gateways.parse(JSON.parse(String(row.gateways))),
      }))
  }

  close(): void {
    this.#database.close()
  }
}
