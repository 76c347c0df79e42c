import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { JournalledPacket } from '../model/packet.ts'
import type { Slice } from './journal.ts'
import { LAST_POSITION, PACKET_AT, PACKETS_AFTER, packetOf, positionOf, RELEASED_POSITION } from './journal-database.ts'

/** Positions `from` to `to` could not be read. */
export type Lost = (from: number, to: number) => void

/**
 * Reads packets in the order of their positions over one connection, past whatever is damaged: a row whose checksum does not
 * hold, or a page that SQLite cannot read.
 */
export class JournalScan {
  readonly #after: StatementSync
  readonly #at: StatementSync
  readonly #last: StatementSync
  readonly #released: StatementSync

  constructor(database: DatabaseSync) {
    this.#after = database.prepare(PACKETS_AFTER)
    this.#at = database.prepare(PACKET_AT)
    this.#last = database.prepare(LAST_POSITION)
    this.#released = database.prepare(RELEASED_POSITION)
  }

  /** Position of the last packet on disk, 0 when there never was one. */
  lastPosition(): number {
    return positionOf(this.#last.get())
  }

  /** Up to here packets are no longer here, perhaps in the archive. */
  releasedPosition(): number {
    return positionOf(this.#released.get())
  }

  /**
   * The packets after `after`, at most `packets` of them and until `bytes` of payload are reached. Ends early where positions
   * were released meanwhile: its position is then below theirs.
   */
  read(after: number, packets: number, bytes: number, lost: Lost): Slice {
    try {
      return this.#readRange(after, packets, bytes, lost)
    } catch (error) {
      if (!isDamage(error)) throw error
      return this.#readSingly(after, packets, bytes, lost)
    }
  }

  #readRange(after: number, limit: number, limitBytes: number, lost: Lost): Slice {
    const packets: JournalledPacket[] = []
    const gaps: [number, number][] = []
    let bytes = 0
    let position = after
    for (const row of this.#after.iterate(after, limit)) {
      const at = positionOf(row)
      if (at > position + 1) {
        if (this.releasedPosition() > position) break
        gaps.push([position + 1, at - 1])
      }
      position = at
      const packet = packetOf(row)
      if (packet) {
        packets.push(packet)
        bytes += packet.payload.length
      } else {
        gaps.push([at, at])
      }
      if (bytes >= limitBytes) break
    }
    for (const [from, to] of gaps) lost(from, to)
    return { packets, position }
  }

  /** A damaged page stops a scan; single rows before and behind it can still be read. */
  #readSingly(after: number, limit: number, limitBytes: number, lost: Lost): Slice {
    const packets: JournalledPacket[] = []
    const last = Math.min(this.lastPosition(), after + limit)
    let bytes = 0
    let position = after
    let lostFrom = 0
    while (position < last && bytes < limitBytes) {
      position++
      const packet = this.#readOne(position)
      if (packet) {
        if (lostFrom > 0) lost(lostFrom, position - 1)
        lostFrom = 0
        packets.push(packet)
        bytes += packet.payload.length
      } else if (lostFrom === 0) {
        lostFrom = position
      }
    }
    if (lostFrom > 0) lost(lostFrom, position)
    return { packets, position }
  }

  #readOne(position: number): JournalledPacket | undefined {
    try {
      const row = this.#at.get(position)
      return row && packetOf(row)
    } catch (error) {
      if (!isDamage(error)) throw error
      return undefined
    }
  }
}

/** SQLITE_CORRUPT, whatever its extended code. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 11
}
