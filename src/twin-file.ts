/**
 * Small files without which nothing starts have a twin with a checksum beside them, so that a bit that flips in either is put
 * right from the other. The file itself is as older programs read and write it: what differs from its twin by more than a bit
 * is theirs, and believed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DamagedFile } from './damaged-file.ts'
import { keepCopy } from './mend-log.ts'
import { onlyBitBetween } from './one-bit.ts'
import { placeFile } from './place-file.ts'

const SUM_BYTES = 4

/** Both are on disk when it returns. */
export function writeTwins(path: string, text: string): void {
  placeFile(twinOf(path), withSum(Buffer.from(text)))
  placeFile(path, Buffer.from(text))
}

/** What was written last, undefined when there is no such file. */
export function readTwins(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const own = readFileSync(path)
  return (flippedFrom(own, readTwin(path)) ?? own).toString('utf8')
}

/** Puts right what has flipped, keeps it as it was in `damaged`, and makes a twin where there is none. Nobody else may write. */
export function mendTwins(path: string, damaged: string): DamagedFile[] {
  if (!existsSync(path)) return []
  const own = readFileSync(path)
  const twin = readTwin(path)
  const right = flippedFrom(own, twin)
  if (right !== undefined) {
    const found = told(path, damaged)
    placeFile(path, right)
    return [found]
  }
  if (twin !== undefined && twin !== 'damaged' && twin.equals(own)) return []
  const found = twin === 'damaged' ? [told(twinOf(path), damaged)] : []
  placeFile(twinOf(path), withSum(own))
  return found
}

/** The twin, when the file differs from it by one bit. */
function flippedFrom(own: Buffer, twin: Buffer | 'damaged' | undefined): Buffer | undefined {
  if (twin === undefined || twin === 'damaged' || twin.length !== own.length) return undefined
  return onlyBitBetween(own, twin) === undefined ? undefined : twin
}

function readTwin(path: string): Buffer | 'damaged' | undefined {
  if (!existsSync(twinOf(path))) return undefined
  const bytes = readFileSync(twinOf(path))
  if (bytes.length < SUM_BYTES) return 'damaged'
  const text = bytes.subarray(SUM_BYTES)
  return bytes.readUInt32LE(0) === crc32(text) ? text : 'damaged'
}

function told(path: string, damaged: string): DamagedFile {
  return {
    file: basename(path),
    reason: 'a bit had flipped',
    place: keepCopy(path, damaged),
    instead: 'what was written, from its twin',
    remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
  }
}

function withSum(text: Buffer): Buffer {
  const sum = Buffer.alloc(SUM_BYTES)
  sum.writeUInt32LE(crc32(text))
  return Buffer.concat([sum, text])
}

function twinOf(path: string): string {
  return `${path}.twin`
}
