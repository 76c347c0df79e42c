/**
 * Refused payloads, raw, with the reason, in `quarantine.db`: nothing that a gateway was told is safe is ever thrown
 * away. After the mapping or the ledger is put right they are replayed: put at the end of the journal again.
 */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'
import type { Packet } from '../model/packet.ts'
import { crashPoint } from './crash-point.ts'
import type { RefusedPayload } from './decode-packets.ts'

export interface QuarantineOptions {
  readonly path: string
  /** Raw payloads beyond this are given up, oldest first; the reasons stay. */
  readonly mostBytes?: number
  /** Called with how many raw payloads were given up. Say it loudly: these can no longer be replayed. */
  readonly givenUp?: (payloads: number) => void
}

/** A refused payload as it is listed. `receivedAt` in epoch milliseconds, `readings` what it stands for in the book. */
export interface QuarantinedPayload {
  readonly id: number
  readonly position: number
  readonly gateway: string
  readonly topic: string
  readonly receivedAt: number
  readonly code: string
  readonly field: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
  readonly readings: number
}

export interface QuarantineFilter {
  readonly ids?: readonly number[]
  readonly gateway?: string
  readonly code?: string
}

const DEFAULT_MOST_BYTES = 1 << 30
const REPLAY_AT_ONCE = 500

export class Quarantine {
  readonly #options: QuarantineOptions
  readonly #database: DatabaseSync

  constructor(options: QuarantineOptions) {
    this.#options = options
    this.#database = new DatabaseSync(options.path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS refused (
        id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, gateway TEXT NOT NULL, topic TEXT NOT NULL,
        received_at INTEGER NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL,
        remedy TEXT NOT NULL, readings INTEGER NOT NULL, payload BLOB, replayed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (position, code, field)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS refused_open ON refused (replayed, id);
      CREATE TABLE IF NOT EXISTS held (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO held VALUES (1, 0);
      CREATE TRIGGER IF NOT EXISTS refused_added AFTER INSERT ON refused
        BEGIN UPDATE held SET bytes = bytes + coalesce(length(new.payload), 0); END;
      CREATE TRIGGER IF NOT EXISTS refused_dropped AFTER UPDATE OF payload ON refused
        BEGIN UPDATE held SET bytes = bytes + coalesce(length(new.payload), 0) - coalesce(length(old.payload), 0); END;
    `)
  }

  /** Durable on return. The same refusal again (the journal was read twice) changes nothing. */
  keep(refused: readonly RefusedPayload[]): void {
    if (refused.length === 0) return
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO refused (position, gateway, topic, received_at, code, field, value, reason, remedy, readings, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#transaction(() => {
      for (const { packet, code, field, value, reason, remedy, readings } of refused) {
        const { position, gateway, topic, receivedAt, payload } = packet
        insert.run(position, gateway, topic, receivedAt, code, field, value, reason, remedy, readings, payload)
      }
      crashPoint('quarantine-inserted')
    })
    crashPoint('quarantine-kept')
    this.#keepBound()
  }

  /** Not yet replayed, newest first, ids below `before`. */
  list(filter: QuarantineFilter & { readonly before?: number; readonly limit: number }): readonly QuarantinedPayload[] {
    const { where, values } = whereOf(filter)
    const sql = `SELECT * FROM refused WHERE ${where} AND id < ? ORDER BY id DESC LIMIT ?`
    const rows = this.#database.prepare(sql).all(...values, filter.before ?? Number.MAX_SAFE_INTEGER, filter.limit)
    return rows.map(refusedOf)
  }

  /** One with its raw payload; undefined when there is none, it was replayed, or its payload was given up. */
  get(id: number): { readonly refused: QuarantinedPayload; readonly payload: Uint8Array } | undefined {
    const row = this.#database.prepare('SELECT * FROM refused WHERE id = ? AND replayed = 0').get(id)
    return row?.payload instanceof Uint8Array ? { refused: refusedOf(row), payload: row.payload } : undefined
  }

  /** Open refusals by code: payloads and readings. */
  counts(): readonly { readonly code: string; readonly payloads: number; readonly readings: number }[] {
    const sql =
      'SELECT code, count(*) AS payloads, sum(readings) AS readings FROM refused WHERE replayed = 0 GROUP BY code ORDER BY code'
    return this.#database
      .prepare(sql)
      .all()
      .map((row) => ({ code: text(row.code), payloads: whole(row.payloads), readings: whole(row.readings) }))
  }

  /**
   * Appends the raw payloads to the journal again and resolves with how many. One that was refused for two reasons goes
   * once. A crash on the way replays some twice, which changes nothing.
   */
  async replay(filter: QuarantineFilter, append: (packet: Packet) => Promise<void>): Promise<number> {
    const { where, values } = whereOf(filter)
    const last = whole(this.#database.prepare('SELECT coalesce(max(id), 0) AS id FROM refused').get()?.id)
    const sql = `SELECT * FROM refused WHERE ${where} AND payload IS NOT NULL AND id <= ? ORDER BY id LIMIT ?`
    const select = this.#database.prepare(sql)
    const mark = this.#database.prepare('UPDATE refused SET replayed = 1, payload = NULL WHERE position = ?')
    let replayed = 0
    for (;;) {
      const packets = new Map<number, Packet>()
      for (const row of select.iterate(...values, last, REPLAY_AT_ONCE)) {
        const { payload } = row
        if (!(payload instanceof Uint8Array)) continue
        const { gateway, topic, receivedAt, position } = refusedOf(row)
        packets.set(position, { gateway, topic, payload, receivedAt })
      }
      if (packets.size === 0) return replayed
      await Promise.all([...packets.values()].map(append))
      this.#transaction(() => {
        for (const position of packets.keys()) mark.run(position)
      })
      replayed += packets.size
    }
  }

  close(): void {
    this.#database.close()
  }

  #keepBound(): void {
    const { mostBytes = DEFAULT_MOST_BYTES, givenUp } = this.#options
    const held = this.#database.prepare('SELECT bytes FROM held')
    let over = whole(held.get()?.bytes) - mostBytes
    if (over <= 0) return
    let dropped = 0
    const drop = this.#database.prepare('UPDATE refused SET payload = NULL WHERE id = ?')
    const oldest = this.#database.prepare(
      'SELECT id, length(payload) AS bytes FROM refused WHERE payload IS NOT NULL ORDER BY id LIMIT 1000',
    )
    this.#transaction(() => {
      while (over > 0) {
        const rows = oldest.all()
        if (rows.length === 0) return
        for (const { id, bytes } of rows) {
          if (over <= 0) break
          drop.run(whole(id))
          over -= whole(bytes)
          dropped++
        }
      }
    })
    givenUp?.(dropped)
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function whereOf({ ids, gateway, code }: QuarantineFilter): { readonly where: string; readonly values: SQLInputValue[] } {
  const terms = ['replayed = 0']
  const values: SQLInputValue[] = []
  if (ids) {
    terms.push('id IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(ids))
  }
  if (gateway !== undefined) {
    terms.push('gateway = ?')
    values.push(gateway)
  }
  if (code !== undefined) {
    terms.push('code = ?')
    values.push(code)
  }
  return { where: terms.join(' AND '), values }
}

function refusedOf(row: Record<string, SQLOutputValue>): QuarantinedPayload {
  return {
    id: whole(row.id),
    position: whole(row.position),
    gateway: text(row.gateway),
    topic: text(row.topic),
    receivedAt: whole(row.received_at),
    code: text(row.code),
    field: text(row.field),
    value: text(row.value),
    reason: text(row.reason),
    remedy: text(row.remedy),
    readings: whole(row.readings),
  }
}

function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`quarantine.db holds ${String(value)} where a text belongs`)
  return value
}

function whole(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`quarantine.db holds ${String(value)} where a number belongs`)
  return value
}
