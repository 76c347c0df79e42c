/**
 * The last position that was committed, noted beside the journal's file. SQLite drops what it cannot read at the end of its log without
 * a word; with this note the next start knows what is missing. It is synced when the journal is closed only: after a kill it is
 * exact, after a power cut it may be older, never newer. Of several that append, the note of each is true.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const BYTES = 16

export class JournalEnd {
  readonly #file: number

  /** `journal`: its path. */
  constructor(journal: string) {
    this.#file = openSync(endOf(journal), constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  note(position: number): void {
    try {
      writeSync(this.#file, noteFor(position), 0, BYTES, 0)
    } catch {
      // the packet is on disk: only a loss of it would go unseen
    }
  }

  close(): void {
    try {
      fsyncSync(this.#file)
    } catch {
      // as after a power cut
    }
    closeSync(this.#file)
  }
}

/** 0 when there is no note, or none that can be read. */
export function notedEnd(journal: string): number {
  const note = noteOf(journal)
  return typeof note === 'number' ? note : 0
}

/** Undefined when there is none: an empty one was made and never written, or not before a power cut. */
export function noteOf(journal: string): number | 'damaged' | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(endOf(journal))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  if (bytes.length === 0) return undefined
  if (bytes.length !== BYTES) return 'damaged'
  const position = Number(bytes.readBigUInt64LE())
  return bytes.equals(noteFor(position)) ? position : 'damaged'
}

export function endOf(journal: string): string {
  return `${journal}-end`
}

function noteFor(position: number): Buffer {
  const note = Buffer.alloc(BYTES)
  note.writeBigUInt64LE(BigInt(position))
  note.writeUInt32LE(crc32(note.subarray(0, 8)), 8)
  return note
}
