/**
 * The audit log: appended to, never changed. Whoever appends, the service or a command beside it, holds the log alone, and
 * the newest hash is noted outside before the append is done.
 */
import type { Transaction } from 'kysely'
import type { AuditEntry, AuditReader, AuditRecord, AuditWriter } from '../../model/audit-record.ts'
import { Refusal } from '../../model/refusal.ts'
import { Database } from '../database/database.ts'
import type { DatabaseConfig } from '../database/database-config.ts'
import { NO_HASH, recordAfter } from './audit-chain.ts'
import { readHead, writeHead } from './audit-head.ts'
import { AUDIT_MIGRATIONS, type AuditTables } from './audit-tables.ts'
import { type Break, ChainCheck, type ChainEnd } from './chain-check.ts'

/** Where it is: the file is used when the database is embedded, the head always. */
export interface AuditPlaces {
  readonly audit: string
  readonly auditHead: string
}

export interface AuditVerdict {
  readonly records: number
  readonly head: ChainEnd | null
  readonly broken: Break | null
  /** What began and has no end: cut off, or under way. */
  readonly unended: readonly number[]
  /** Before these the head outside was gone: an end that was cut off there does not show. */
  readonly renewed: readonly number[]
}

const PAGE = 1_000

export class AuditLog implements AuditWriter, AuditReader {
  readonly #database: Database<AuditTables>
  readonly #headPath: string
  readonly #now: () => number
  /** Why the last append failed, undefined when it did not. */
  trouble: string | undefined

  private constructor(database: Database<AuditTables>, headPath: string, now: () => number) {
    this.#database = database
    this.#headPath = headPath
    this.#now = now
  }

  /** `now` gives epoch milliseconds. Rejects with a Refusal when the database cannot be used. */
  static async open(
    config: DatabaseConfig,
    { audit, auditHead }: AuditPlaces,
    now: () => number,
    trouble?: (error: Error) => void,
  ): Promise<AuditLog> {
    const part = { part: 'audit', file: audit, migrations: AUDIT_MIGRATIONS, ...(trouble && { trouble }) }
    return new AuditLog(await Database.open(config, part), auditHead, now)
  }

  /** All of them or none. Rejects with a Refusal when the log is not the one that was written last: nothing is put upon it then. */
  async append(entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]> {
    if (entries.length === 0) return []
    try {
      const records = await this.#append(entries)
      this.trouble = undefined
      return records
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error)
      throw error
    }
  }

  async #append(entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]> {
    const records = await this.#database.alone(async (transaction) => {
      let last = await newest(transaction)
      const all = (await this.#headIsLost(transaction, last)) ? [HEAD_RENEWED, ...entries] : entries
      const chained = all.map((entry) => {
        last = recordAfter(last, entry, this.#now())
        return last
      })
      for (let from = 0; from < chained.length; from += PAGE) {
        await transaction
          .insertInto('audit')
          .values(chained.slice(from, from + PAGE).map(rowOf))
          .execute()
      }
      return chained.slice(all.length - entries.length)
    })
    await this.#noteHead()
    return records
  }

  /** Reads all of it; `noted` is an end that somebody wrote down elsewhere. Waits for `between` after each page. */
  async verify(noted?: ChainEnd, between: () => Promise<void> = async () => {}): Promise<AuditVerdict> {
    // read first: what is appended meanwhile is beyond it
    const head = readHead(this.#headPath)
    const check = new ChainCheck([...(head ? [head] : []), ...(noted ? [noted] : [])])
    const unended = new Set<number>()
    const renewed: number[] = []
    let broken: Break | null = null
    for await (const record of this.#all(between)) {
      broken = check.take(record)
      if (broken) break
      if (record.action === HEAD_RENEWED.action) renewed.push(record.sequence)
      if (record.outcome === 'begun') unended.add(record.sequence)
      else for (const of of beginningsOf(record)) unended.delete(of)
    }
    broken ??= check.finish()
    // one that was made meanwhile came with its first record
    if (!broken && !head && check.end.size > 0 && readHead(this.#headPath) === null)
      broken = { sequence: check.end.size, reason: `${this.#headPath} is missing` }
    return { records: check.end.size, head: check.end.size > 0 ? check.end : null, broken, unended: [...unended], renewed }
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async newest(limit: number, before = Number.MAX_SAFE_INTEGER): Promise<readonly AuditRecord[]> {
    const rows = await this.#database.reading((kysely) =>
      kysely.selectFrom('audit').selectAll().where('sequence', '<', before).orderBy('sequence', 'desc').limit(limit).execute(),
    )
    return rows.map(recordOf)
  }

  async *#all(between: () => Promise<void>): AsyncGenerator<AuditRecord> {
    for (let after: number | null = null; ; ) {
      const from: number | null = after
      const rows: AuditTables['audit'][] = await this.#database.reading((kysely) => {
        const page = kysely.selectFrom('audit').selectAll().orderBy('sequence').limit(PAGE)
        return (from === null ? page : page.where('sequence', '>', from)).execute()
      })
      for (const row of rows) yield recordOf(row)
      if (rows.length < PAGE) return
      after = rows[rows.length - 1].sequence
      await between()
    }
  }

  /** Whether records are there and no head is. Throws when the head tells of others. */
  async #headIsLost(transaction: Transaction<AuditTables>, last: AuditRecord | undefined): Promise<boolean> {
    const head = readHead(this.#headPath)
    const { kind } = this.#database
    if (head === null) {
      // before the first record is there: who looks between it and its head must not take the head for lost
      writeHead(this.#headPath, { size: 0, hash: NO_HASH, kind })
      return last !== undefined
    }
    if (head.kind !== kind) {
      throw new Refusal(
        'audit',
        `the audit log is kept in the ${head.kind} database, database.kind is ${kind}: give the configuration of the service with --config; to begin a new log, put ${this.#headPath} aside`,
      )
    }
    if (head.size === 0) return false
    const row = await transaction.selectFrom('audit').select('hash').where('sequence', '=', head.size).executeTakeFirst()
    if (row?.hash === head.hash) return false
    throw new Refusal(
      'audit',
      `the audit log in ${this.#database.name} is not the one of which ${this.#headPath} notes ${head.size} records: run adit verify-audit, and find out why before you put that file aside`,
    )
  }

  /** Under the lock again: of two that append, the later one's end stays. */
  async #noteHead(): Promise<void> {
    const { kind } = this.#database
    await this.#database.alone(async (transaction) => {
      const last = await newest(transaction)
      if (last) writeHead(this.#headPath, { size: last.sequence, hash: last.hash, kind })
    })
  }
}

const HEAD_RENEWED: AuditEntry = {
  actor: 'service',
  role: null,
  action: 'audit.head-renewed',
  subject: 'audit-head',
  detail: { reason: 'there were records and no head: an end that was cut off before this record does not show' },
  outcome: 'done',
}

async function newest(transaction: Transaction<AuditTables>): Promise<AuditRecord | undefined> {
  const row = await transaction.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1).executeTakeFirst()
  return row && recordOf(row)
}

function rowOf({ previousHash, ...record }: AuditRecord): AuditTables['audit'] {
  return { ...record, previous_hash: previousHash }
}

function recordOf({ previous_hash, ...row }: AuditTables['audit']): AuditRecord {
  return { ...row, previousHash: previous_hash }
}

/** The `begun` record that this one ends. */
function beginningsOf({ detail }: AuditRecord): readonly number[] {
  const parsed: unknown = JSON.parse(detail)
  const of = typeof parsed === 'object' && parsed !== null && 'of' in parsed ? parsed.of : undefined
  return typeof of === 'number' ? [of] : []
}
