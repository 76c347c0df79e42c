/**
 * The last position that was committed, noted beside the journal's file. SQLite drops what it cannot read at the end of its log without
 * a word; with this note the next start knows what is missing. It is not synced: after a kill it is exact, after a power cut it
 * may be older, never newer. Of several that append, the note of each is true.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const BYTES = 16

export class JournalEnd {
  readonly #file: number
  readonly #note = Buffer.alloc(BYTES)

  /** `journal`: its path. */
  constructor(journal: string) {
    this.#file = openSync(endOf(journal), constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  note(position: number): void {
    this.#note.writeBigUInt64LE(BigInt(position))
    this.#note.writeUInt32LE(crc32(this.#note.subarray(0, 8)), 8)
    try {
      writeSync(this.#file, this.#note, 0, BYTES, 0)
    } catch {
      // the packet is on disk: only a loss of it would go unseen
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** 0 when there is no note, or none that can be read. */
export function notedEnd(journal: string): number {
  try {
    const file = openSync(endOf(journal), 'r')
    try {
      const note = Buffer.alloc(BYTES)
      readSync(file, note)
      return crc32(note.subarray(0, 8)) === note.readUInt32LE(8) ? Number(note.readBigUInt64LE()) : 0
    } finally {
      closeSync(file)
    }
  } catch {
    return 0
  }
}

function endOf(journal: string): string {
  return `${journal}-end`
}
