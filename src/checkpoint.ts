/**
 * A checkpoint: detector state and journal position in one file, written whole beside the old one and then put in its
 * place, so that a crash leaves either. Nothing is migrated: what does not fit is refused and rebuilt from the journal.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { crashPoint } from '../ingest/crash-point.ts'

const MAGIC = 'ADITCP01'
const CHUNK = 16 << 20
/** Read and summed while the processor still has it at hand. */
const READ_CHUNK = 1 << 20

const Header = z.strictObject({
  /** What the state means: version and configuration of the detectors. */
  fingerprint: z.string().max(200),
  position: z.int().nonnegative(),
  parts: z
    .array(z.strictObject({ name: z.string().max(100), bytes: z.int().nonnegative(), crc: z.int().nonnegative() }))
    .max(200),
})

export interface Checkpoint {
  readonly fingerprint: string
  /** Last journal position whose packets are in the state. */
  readonly position: number
  readonly parts: ReadonlyMap<string, Uint8Array>
}

/** On disk when it returns. Throws what the file system throws; the old checkpoint then still stands. */
export function saveCheckpoint(path: string, { fingerprint, position, parts }: Checkpoint): void {
  const entries = [...parts].map(([name, bytes]) => ({ name, bytes: bytes.length, crc: crc32(bytes) }))
  const header = Buffer.from(JSON.stringify({ fingerprint, position, parts: entries }))
  const lead = Buffer.alloc(MAGIC.length + 8)
  lead.write(MAGIC)
  lead.writeUInt32LE(header.length, MAGIC.length)
  lead.writeUInt32LE(crc32(header), MAGIC.length + 4)
  const file = openSync(`${path}.new`, 'w')
  try {
    writeAll(file, lead)
    writeAll(file, header)
    for (const bytes of parts.values()) writeAll(file, bytes)
    fsyncSync(file)
  } catch (error) {
    // half of it is of no use, and the room may be needed
    ftruncateSync(file)
    throw error
  } finally {
    closeSync(file)
  }
  crashPoint('checkpoint-written')
  renameSync(`${path}.new`, path)
  crashPoint('checkpoint-renamed')
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

/** Where a part of so many bytes is to stand; undefined when it gets room of its own. */
export type PlaceOf = (name: string, bytes: number) => Uint8Array | undefined

/**
 * Null when there is none. Throws CheckpointError when there is one that cannot be used: what stands in its places then is of
 * no use. Its parts are most of the memory there is, so they are read to where they belong.
 */
export function loadCheckpoint(path: string, fingerprint: string, placeOf: PlaceOf = () => undefined): Checkpoint | null {
  if (!existsSync(path)) return null
  const file = openSync(path, 'r')
  try {
    const header = readHeader(file)
    if (header.fingerprint !== fingerprint) throw new CheckpointError('it was made with other detectors or another configuration')
    const parts = new Map<string, Uint8Array>()
    for (const { name, bytes, crc } of header.parts) {
      const part = placeOf(name, bytes) ?? Buffer.allocUnsafe(bytes)
      if (readInto(file, part) !== crc) throw new CheckpointError(`its part ${name} is damaged`)
      parts.set(name, part)
    }
    return { fingerprint, position: header.position, parts }
  } finally {
    closeSync(file)
  }
}

/** What an open checkpoint is of. Throws CheckpointError when it is none. */
export function readHeader(file: number): z.infer<typeof Header> {
  const lead = readExactly(file, MAGIC.length + 8)
  if (lead.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new CheckpointError('it is not a checkpoint of this version')
  const bytes = lead.readUInt32LE(MAGIC.length)
  if (bytes > fstatSync(file).size) throw new CheckpointError('its header is damaged')
  const text = readExactly(file, bytes)
  if (crc32(text) !== lead.readUInt32LE(MAGIC.length + 4)) throw new CheckpointError('its header is damaged')
  return Header.parse(JSON.parse(text.toString()))
}

/** The file is there and cannot be used: damaged, or of another version or configuration. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
}

function writeAll(file: number, bytes: Uint8Array): void {
  // a full disk makes short writes without an exception
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(CHUNK, bytes.length - at))
}

function readExactly(file: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  readInto(file, buffer)
  return buffer
}

/** Fills `into`; the CRC-32 of what was read. */
function readInto(file: number, into: Uint8Array): number {
  let crc = 0
  for (let at = 0; at < into.length; ) {
    const got = readSync(file, into, at, Math.min(READ_CHUNK, into.length - at), null)
    if (got === 0) throw new CheckpointError('it is cut short')
    crc = crc32(into.subarray(at, at + got), crc)
    at += got
  }
  return crc
}

/** Bytes of a typed array or text, without a copy where there is one already. */
export function bytesOf(part: ArrayBufferView | string): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
}
