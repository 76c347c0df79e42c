import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Packet } from '../model/packet.ts'
import { crashPoint } from './crash-point.ts'
import type { JournalWriter } from './journal.ts'
import type { JournalArchive } from './journal-archive.ts'
import { openJournalDatabase, rowChecksum } from './journal-database.ts'
import { JournalEnd } from './journal-end.ts'
import { isDamage, JournalScan, type Lost } from './journal-scan.ts'

export interface SqliteJournalOptions {
  readonly path: string
  /** Where released packets go first; without it they are deleted. */
  readonly archive?: JournalArchive
  /**
   * How long a commit waits for company. 0, the default, is the next turn of the event loop. A backfill gives 5 or so:
   * it leaves the write lock free meanwhile, so that it never slows the acknowledgements of the service beside it.
   */
  readonly waitMilliseconds?: number
  /** Called after each commit with the last position on disk. */
  readonly committed?: (position: number) => void
  /** Positions that could not be archived because they are damaged. */
  readonly lost?: Lost
}

interface Waiting {
  readonly packet: Packet
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A release takes this much at a time, so that an append never waits longer for it than one commit. */
const RELEASE_PACKETS = 1_000
const RELEASE_BYTES = 2 * 1024 * 1024

/**
 * Writes packets with one group commit (one fsync) for all that wait: what arrives while the disk syncs shares the next sync.
 * Other processes may append to the same file; positions are therefore taken inside the write lock.
 */
export class SqliteJournal implements JournalWriter {
  readonly #options: SqliteJournalOptions
  readonly #database: DatabaseSync
  readonly #scan: JournalScan
  readonly #end: JournalEnd
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #setReleased: StatementSync
  #waiting: Waiting[] = []
  #scheduled = false
  #closed = false
  #releasing: Promise<void> = Promise.resolve()

  constructor(options: SqliteJournalOptions) {
    this.#options = options
    this.#database = openJournalDatabase(options.path)
    this.#end = new JournalEnd(options.path)
    const prepare = (sql: string) => this.#database.prepare(sql)
    this.#begin = prepare('BEGIN IMMEDIATE')
    this.#commit = prepare('COMMIT')
    this.#scan = new JournalScan(this.#database)
    this.#insert = prepare('INSERT INTO packet VALUES (?, ?, ?, ?, ?, ?)')
    this.#delete = prepare('DELETE FROM packet WHERE position > ? AND position <= ?')
    this.#setReleased = prepare(`UPDATE meta SET value = max(value, ?) WHERE name = 'released'`)
  }

  /** Rejects, with nothing stored, when the disk is full or the file cannot be written; later appends work again. */
  append(packet: Packet): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('the journal is closed'))
      if (!Number.isSafeInteger(packet.receivedAt)) {
        return reject(new TypeError(`receivedAt ${packet.receivedAt}: whole epoch milliseconds are needed`))
      }
      this.#waiting.push({ packet, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      const { waitMilliseconds = 0 } = this.#options
      if (waitMilliseconds > 0) setTimeout(() => this.#commitWaiting(), waitMilliseconds)
      else setImmediate(() => this.#commitWaiting())
    })
  }

  /** Resolves when everything up to `position` is in the archive (fsync) and gone from the journal. */
  release(position: number): Promise<void> {
    const release = this.#releasing.then(() => this.#releaseUpTo(position))
    this.#releasing = release.catch(() => {})
    return release
  }

  lastPosition(): number {
    return this.#scan.lastPosition()
  }

  /** A small number kept beside the packets, durable on return. */
  note(name: string, value: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(`note ${name}`, value)
  }

  noted(name: string): number | undefined {
    const value = this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(`note ${name}`)?.value
    return typeof value === 'number' ? value : undefined
  }

  /** Commits what waits, finishes a running release, closes. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#commitWaiting()
    await this.#releasing
    await this.#options.archive?.close()
    this.#database.close()
    this.#end.close()
  }

  #commitWaiting(): void {
    this.#scheduled = false
    const batch = this.#waiting
    if (batch.length === 0) return
    this.#waiting = []
    let position = 0
    try {
      this.#transaction(() => {
        position = this.lastPosition()
        for (const { packet } of batch) this.#insertPacket(++position, packet)
        crashPoint('journal-inserted')
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    this.#end.note(position)
    crashPoint('journal-committed')
    for (const { resolve } of batch) resolve()
    this.#options.committed?.(position)
  }

  #insertPacket(position: number, { receivedAt, gateway, topic, payload }: Packet): void {
    const checksum = rowChecksum(position, receivedAt, gateway, topic, payload)
    this.#insert.run(position, receivedAt, gateway, topic, payload, checksum)
  }

  #transaction(work: () => unknown): void {
    this.#begin.run()
    try {
      work()
      this.#commit.run()
    } catch (error) {
      // a full disk rolls back by itself, other errors do not
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  async #releaseUpTo(wanted: number): Promise<void> {
    if (this.#closed) return
    const { archive, lost = () => {} } = this.#options
    const position = Math.min(wanted, this.lastPosition())
    const first = this.#scan.releasedPosition()
    const ends: number[] = []
    for (let released = first; released < position && !this.#closed; ) {
      const packets = Math.min(RELEASE_PACKETS, position - released)
      const slice = this.#scan.read(released, packets, RELEASE_BYTES, lost)
      // nothing there: the rest is damaged beyond reading
      released = slice.position > released ? Math.min(slice.position, position) : position
      await archive?.append(
        slice.packets.filter((packet) => packet.position > archive.lastPosition && packet.position <= position),
      )
      ends.push(released)
      await nextTurn()
    }
    crashPoint('archive-appended')
    await archive?.sync()
    crashPoint('archive-synced')
    for (const [index, end] of ends.entries()) {
      this.#deleteUpTo(index === 0 ? first : ends[index - 1], end)
      crashPoint('journal-deleted')
      await nextTurn()
    }
  }

  #deleteUpTo(after: number, end: number): void {
    try {
      this.#transaction(() => {
        this.#delete.run(after, end)
        this.#setReleased.run(end)
      })
    } catch (error) {
      // rows on a damaged page cannot be deleted either: they are left behind, and never looked at again
      if (!isDamage(error)) throw error
      this.#transaction(() => this.#setReleased.run(end))
    }
  }
}
