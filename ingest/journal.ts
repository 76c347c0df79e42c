import type { JournalledPacket, Packet } from '../model/packet.ts'

/** Packets in the order of their positions, none missing. */
export interface Slice {
  readonly packets: readonly JournalledPacket[]
  /** Position of the last packet of the slice. */
  readonly position: number
}

/** The write side. `append` resolves when the packet is on disk (fsync), and only then may it be acknowledged. */
export interface JournalWriter {
  append(packet: Packet): Promise<void>
  /** Deletes what a saved checkpoint already covers, after archiving it. Positions above `position` stay. */
  release(position: number): Promise<void>
  close(): Promise<void>
}

/** The read side, usable from another thread or process than the writer's. */
export interface JournalReader {
  /** Slices after `position`, for ever: waits for more at the end, returns when the signal aborts. */
  readFrom(position: number, signal: AbortSignal): AsyncIterable<Slice>
  /** Position of the last packet on disk, 0 when there never was one. */
  lastPosition(): number
  close(): void
}
