/** Puts a damaged write-ahead log right as far as that can be done. Nobody may have its database open. */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '../ingest/journal-database.ts'
import type { Bit } from './one-bit.ts'
import {
  bytesOf,
  FRAME_HEADER_BYTES,
  headerOf,
  LOG_HEADER_BYTES,
  readAt,
  SALTS_AT,
  SUM_AT,
  sumOfFrame,
} from './write-ahead-log.ts'

/** As it was found; says where it is. */
export function keepCopy(path: string, into: string): string {
  const place = placeIn(into, basename(path))
  copyFileSync(path, place)
  return place
}

/** A name in the directory of damaged files that is not taken; makes the directory. */
export function placeIn(into: string, name: string): string {
  mkdirSync(into, { recursive: true })
  for (let number = 1; ; number++) {
    const place = join(into, `${name}.${number}`)
    if (!existsSync(place)) return place
  }
}

export function putRight(path: string, bits: readonly Bit[]): void {
  const file = openSync(path, 'r+')
  try {
    for (const { at, mask } of bits) writeSync(file, Buffer.of(readAt(file, at, 1)[0] ^ mask), 0, 1, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Sums all frames up to `end` anew, whatever a damaged one holds, so that SQLite does not drop those behind it: for a database
 * that has a checksum in each row. A page that is in a later frame again is as it was; the rows of another show what is wrong.
 */
export function sumAnew(path: string, end: number): void {
  const from = openSync(path, 'r')
  const fresh = `${path}.mended`
  const to = openSync(fresh, 'w', 0o600)
  try {
    const lead = readAt(from, 0, LOG_HEADER_BYTES)
    const header = headerOf(lead)
    if (header === undefined) return
    const { pageBytes, littleEndian, salts } = header
    if (header.bit) lead[header.bit.at] ^= header.bit.mask
    writeSync(to, lead)
    let { sum } = header
    for (let at = LOG_HEADER_BYTES; at < end; at += FRAME_HEADER_BYTES + pageBytes) {
      const frame = readAt(from, at, FRAME_HEADER_BYTES + pageBytes)
      // nobody knows what page that was
      if (!frame.subarray(SALTS_AT, SUM_AT).equals(salts) || frame.readUInt32BE(0) === 0) continue
      sum = sumOfFrame(sum, frame, littleEndian)
      bytesOf(sum).copy(frame, SUM_AT)
      writeSync(to, frame)
    }
    fsyncSync(to)
  } finally {
    closeSync(from)
    closeSync(to)
  }
  renameSync(fresh, path)
  syncDirectory(dirname(path))
}
