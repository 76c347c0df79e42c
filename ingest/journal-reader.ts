import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { JournalReader, Slice } from './journal.ts'
import { readArchive } from './journal-archive.ts'
import { openJournalDatabase } from './journal-database.ts'
import { JournalScan, type Lost } from './journal-scan.ts'

export interface SqliteJournalReaderOptions {
  readonly path: string
  /** The archive's directory: positions that were released are read from there, so that everything can be judged again. */
  readonly archive?: string
  /** A slice ends at the first of these; one packet is always taken. */
  readonly slicePackets?: number
  readonly sliceBytes?: number
  /** How often other processes' appends are looked for. */
  readonly pollMilliseconds?: number
  /** Positions `from` to `to` could not be read: damaged, or released and no longer archived. */
  readonly lost?: Lost
}

/** Reads the journal on its own connection, beside any writer. */
export class SqliteJournalReader implements JournalReader {
  readonly #options: SqliteJournalReaderOptions
  readonly #database: DatabaseSync
  readonly #scan: JournalScan
  readonly #version: StatementSync
  readonly #slicePackets: number
  readonly #sliceBytes: number
  readonly #lost: Lost
  #wake: () => void = () => {}
  #woken = false

  constructor(options: SqliteJournalReaderOptions) {
    this.#options = options
    this.#slicePackets = options.slicePackets ?? 2_000
    this.#lost = options.lost ?? (() => {})
    this.#sliceBytes = options.sliceBytes ?? 1024 * 1024
    if (!existsSync(options.path)) openJournalDatabase(options.path).close()
    this.#database = new DatabaseSync(options.path, { readOnly: true, timeout: 10_000 })
    this.#scan = new JournalScan(this.#database)
    this.#version = this.#database.prepare('PRAGMA data_version')
  }

  /** Says that the writer committed: a waiting `readFrom` looks at once instead of at its next poll. */
  wake(): void {
    this.#woken = true
    this.#wake()
  }

  async *readFrom(position: number, signal: AbortSignal): AsyncIterable<Slice> {
    let after = position
    while (!signal.aborted) {
      const version = this.#dataVersion()
      this.#woken = false
      const released = this.releasedPosition()
      const slices = after < released ? this.#readArchived(after, released) : this.#readJournal(after)
      const before = after
      for await (const slice of slices) {
        if (signal.aborted) return
        after = slice.position
        yield slice
      }
      if (after === before) await this.#waitForMore(version, signal)
    }
  }

  lastPosition(): number {
    return this.#scan.lastPosition()
  }

  /** Up to here packets are in the archive, no longer in the journal. */
  releasedPosition(): number {
    return this.#scan.releasedPosition()
  }

  close(): void {
    this.#wake()
    this.#database.close()
  }

  async *#readArchived(after: number, released: number): AsyncGenerator<Slice> {
    let position = after
    if (this.#options.archive) {
      for await (const packets of readArchive(this.#options.archive, after, released)) {
        if (packets.length === 0) continue
        for (const { position: at } of packets) {
          if (at > position + 1) this.#lost(position + 1, at - 1)
          position = at
        }
        yield { packets, position }
      }
    }
    if (position < released) {
      this.#lost(position + 1, released)
      yield { packets: [], position: released }
    }
  }

  *#readJournal(after: number): Generator<Slice> {
    const slice = this.#scan.read(after, this.#slicePackets, this.#sliceBytes, this.#lost)
    if (slice.position > after) yield slice
  }

  #dataVersion(): unknown {
    return this.#version.get()?.data_version
  }

  #waitForMore(version: unknown, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (this.#dataVersion() !== version) done()
      }, this.#options.pollMilliseconds ?? 200)
      const done = () => {
        clearInterval(timer)
        signal.removeEventListener('abort', done)
        this.#wake = () => {}
        resolve()
      }
      this.#wake = done
      signal.addEventListener('abort', done)
    })
  }
}
