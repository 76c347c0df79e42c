import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { type IngestRefusal, REFUSAL_CODES, type RefusalCode } from './refusal-log.ts'

/** How often a gateway, or a stranger, was refused for one reason, with the latest case. Times are epoch milliseconds. */
export interface RefusalCount {
  /** '' for all who are not registered. */
  readonly gateway: string
  readonly code: RefusalCode
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
  readonly remote: string
  readonly topic: string
  readonly reason: string
}

/** Under this name stand all whose name is not registered: names of strangers must not fill the book. */
export const STRANGERS = ''

/**
 * Every refusal at the edge, counted for each gateway and reason, in `gateways.db`. Counts wait in memory until `write`,
 * so that refusing costs an attacker more than us.
 */
export class RefusalBook {
  readonly #database: DatabaseSync
  readonly #isRegistered: (gateway: string) => boolean
  #waiting = new Map<string, Waiting>()

  constructor(path: string, isRegistered: (gateway: string) => boolean = () => true) {
    this.#isRegistered = isRegistered
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS refusal (
        gateway TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
        remote TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (gateway, code)
      ) STRICT;
    `)
  }

  add({ gateway: name, ...refusal }: IngestRefusal): void {
    const gateway = this.#isRegistered(name) ? name : STRANGERS
    const key = `${refusal.code} ${gateway}`
    const { count = 0, firstAt = refusal.at } = this.#waiting.get(key) ?? {}
    this.#waiting.set(key, { ...refusal, gateway, count: count + 1, firstAt })
  }

  /** Durable on return. What cannot be written waits for the next time. */
  write(): void {
    if (this.#waiting.size === 0) return
    const put = this.#database.prepare(
      `INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gateway, code) DO UPDATE SET count = count + excluded.count,
       last_at = excluded.last_at, remote = excluded.remote, topic = excluded.topic, reason = excluded.reason`,
    )
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const { gateway, code, count, firstAt, at, remote, topic, reason } of this.#waiting.values())
        put.run(gateway, code, count, firstAt, at, remote, topic, reason)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    this.#waiting = new Map()
  }

  list(): readonly RefusalCount[] {
    return this.#database.prepare('SELECT * FROM refusal ORDER BY gateway, code').all().map(countOf)
  }

  close(): void {
    this.#database.close()
  }
}

interface Waiting extends IngestRefusal {
  readonly count: number
  readonly firstAt: number
}

function countOf(row: Record<string, SQLOutputValue>): RefusalCount {
  const code = REFUSAL_CODES.find((known) => known === row.code) ?? 'protocol'
  return {
    gateway: String(row.gateway),
    code,
    count: Number(row.count),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    remote: String(row.remote),
    topic: String(row.topic),
    reason: String(row.reason),
  }
}
