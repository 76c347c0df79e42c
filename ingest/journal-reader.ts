import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { JournalledPacket } from '../model/packet.ts'
import type { JournalReader, Slice } from './journal.ts'
import { readArchive } from './journal-archive.ts'
import {
  LAST_POSITION,
  openJournalDatabase,
  PACKET_AT,
  PACKETS_AFTER,
  packetOf,
  positionOf,
  RELEASED_POSITION,
} from './journal-database.ts'

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
  readonly lost?: (from: number, to: number) => void
}

/** Reads the journal on its own connection, beside any writer. */
export class SqliteJournalReader implements JournalReader {
  readonly #options: SqliteJournalReaderOptions
  readonly #database: DatabaseSync
  readonly #after: StatementSync
  readonly #at: StatementSync
  readonly #last: StatementSync
  readonly #released: StatementSync
  readonly #version: StatementSync
  readonly #slicePackets: number
  readonly #sliceBytes: number
  #wake: () => void = () => {}
  #woken = false

  constructor(options: SqliteJournalReaderOptions) {
    this.#options = options
    this.#slicePackets = options.slicePackets ?? 2_000
    this.#sliceBytes = options.sliceBytes ?? 1024 * 1024
    if (!existsSync(options.path)) openJournalDatabase(options.path).close()
    this.#database = new DatabaseSync(options.path, { readOnly: true, timeout: 10_000 })
    this.#after = this.#database.prepare(PACKETS_AFTER)
    this.#at = this.#database.prepare(PACKET_AT)
    this.#last = this.#database.prepare(LAST_POSITION)
    this.#released = this.#database.prepare(RELEASED_POSITION)
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
    return positionOf(this.#last.get())
  }

  /** Up to here packets are in the archive, no longer in the journal. */
  releasedPosition(): number {
    return positionOf(this.#released.get())
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
        if (packets[0].position > position + 1) this.#options.lost?.(position + 1, packets[0].position - 1)
        position = packets[packets.length - 1].position
        yield { packets, position }
      }
    }
    if (position < released) {
      this.#options.lost?.(position + 1, released)
      yield { packets: [], position: released }
    }
  }

  *#readJournal(after: number): Generator<Slice> {
    let slice: Slice
    try {
      slice = this.#readSlice(after)
    } catch (error) {
      if (!isDamage(error)) throw error
      slice = this.#readAroundDamage(after)
    }
    if (slice.position > after) yield slice
  }

  #readSlice(after: number): Slice {
    const packets: JournalledPacket[] = []
    let bytes = 0
    let position = after
    for (const row of this.#after.iterate(after, this.#slicePackets)) {
      const packet = packetOf(row)
      const at = positionOf(row)
      if (at > position + 1) {
        // released since we last looked: the archive has it
        if (this.releasedPosition() > position) break
        this.#options.lost?.(position + 1, at - 1)
      }
      position = at
      if (packet) {
        packets.push(packet)
        bytes += packet.payload.length
      } else {
        this.#options.lost?.(at, at)
      }
      if (bytes >= this.#sliceBytes) break
    }
    return { packets, position }
  }

  /** A damaged page stops a scan; single rows before and after it can still be read. */
  #readAroundDamage(after: number): Slice {
    const packets: JournalledPacket[] = []
    const last = Math.min(this.lastPosition(), after + this.#slicePackets)
    for (let position = after + 1; position <= last; position++) {
      let packet: JournalledPacket | undefined
      try {
        const row = this.#at.get(position)
        packet = row && packetOf(row)
      } catch (error) {
        if (!isDamage(error)) throw error
      }
      if (packet) packets.push(packet)
      else this.#options.lost?.(position, position)
    }
    return { packets, position: last }
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

function isDamage(error: unknown): boolean {
  // SQLITE_CORRUPT, whatever its extended code
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 11
}
