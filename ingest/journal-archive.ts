import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JournalledPacket } from '../model/packet.ts'
import { encodeFrame, FRAME_HEADER_BYTES, FRAME_START, frameHolds, readFrameHeader, unpackFrame } from './archive-frame.ts'
import { syncDirectory } from './journal-database.ts'

/** A new file is begun after this many bytes: the grain of retention. */
const FILE_BYTES = 64 * 1024 * 1024
const SEARCH_BYTES = 1024 * 1024

/**
 * What the journal releases: append-only files named by their first position, so that the reading store can be rebuilt
 * from the raw packets. One writer; readers may read beside it.
 */
export class JournalArchive {
  readonly #directory: string
  #handle: FileHandle | undefined
  #bytes = 0
  #lastPosition = 0

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** Finds where a former process stopped; the next append begins a new file. */
  static async open(directory: string): Promise<JournalArchive> {
    mkdirSync(directory, { recursive: true })
    syncDirectory(dirname(directory))
    const archive = new JournalArchive(directory)
    const file = archiveFiles(directory).at(-1)
    if (file) archive.#lastPosition = await lastPositionOf(file)
    return archive
  }

  /** Everything up to here is archived, though durable only after `sync`. 0 when nothing is. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** Appends one frame. On an error (disk full) the file is as before. */
  async append(packets: readonly JournalledPacket[]): Promise<void> {
    if (packets.length === 0) return
    const frame = await encodeFrame(packets)
    if (this.#handle && this.#bytes >= FILE_BYTES) await this.#finishFile()
    if (!this.#handle) await this.#startFile(packets[0].position)
    await this.#write(frame)
    this.#lastPosition = packets[packets.length - 1].position
  }

  async sync(): Promise<void> {
    await this.#handle?.datasync()
  }

  /** Deletes files last written before `olderThan`, epoch milliseconds; the newest file always stays. */
  async prune(olderThan: number): Promise<void> {
    for (const { path } of archiveFiles(this.#directory).slice(0, -1)) {
      if (statSync(path).mtimeMs < olderThan) await unlink(path)
    }
    syncDirectory(this.#directory)
  }

  async close(): Promise<void> {
    await this.#finishFile()
  }

  async #write(frame: Buffer): Promise<void> {
    if (!this.#handle) return
    try {
      // a full disk writes short without an error
      for (let at = 0; at < frame.length; ) {
        const { bytesWritten } = await this.#handle.write(frame, at, frame.length - at, this.#bytes + at)
        if (bytesWritten === 0) throw new Error('the archive could not be written: is the disk full?')
        at += bytesWritten
      }
    } catch (error) {
      await this.#handle.truncate(this.#bytes)
      throw error
    }
    this.#bytes += frame.length
  }

  async #startFile(first: number): Promise<void> {
    this.#handle = await open(join(this.#directory, `${String(first).padStart(16, '0')}.adj`), 'w+')
    this.#bytes = 0
    syncDirectory(this.#directory)
  }

  async #finishFile(): Promise<void> {
    await this.#handle?.datasync()
    await this.#handle?.close()
    this.#handle = undefined
  }
}

/**
 * Archived packets after `position` and up to `until`, one array a frame, in the order of their positions.
 * A frame that is damaged or torn is left out: the next one then begins after a gap.
 */
export async function* readArchive(
  directory: string,
  position: number,
  until: number,
): AsyncGenerator<readonly JournalledPacket[]> {
  const files = existsSync(directory) ? archiveFiles(directory) : []
  for (const [index, { path, first }] of files.entries()) {
    const next = files[index + 1]
    if (first > until || (next && next.first <= position + 1)) continue
    const handle = await open(path, 'r')
    try {
      for await (const frame of frames(handle)) {
        if (frame.last <= position || frame.first > until) continue
        const packets = await frame.unpack()
        yield packets.filter((packet) => packet.position > position && packet.position <= until)
      }
    } finally {
      await handle.close()
    }
  }
}

/** So much of a file of the archive, whole frames from its beginning. */
export interface ArchiveExtent {
  readonly path: string
  readonly bytes: number
}

/** What the archive holds up to position `until`, while its writer goes on; `last` is the last position in it, 0 when there is none. */
export async function archiveExtents(
  directory: string,
  until: number,
): Promise<{ readonly extents: ArchiveExtent[]; readonly last: number }> {
  const files = existsSync(directory) ? archiveFiles(directory).filter(({ first }) => first <= until) : []
  const extents: ArchiveExtent[] = []
  let last = 0
  for (const [index, { path, first }] of files.entries()) {
    if (index < files.length - 1) {
      extents.push({ path, bytes: statSync(path).size })
      continue
    }
    const newest = await beginningUntil(path, until)
    if (newest.bytes > 0) extents.push({ path, bytes: newest.bytes })
    // its first frame reaches beyond: what comes before it lies in the files before
    last = newest.bytes > 0 ? newest.last : index > 0 ? first - 1 : 0
  }
  return { extents, last }
}

/**
 * Looks through the whole archive, one frame each time it is asked: the positions up to `until` that it ought to have and that
 * cannot be read, or null where all is well. What lies before its first file was pruned.
 */
export async function* gapsInArchive(directory: string, until: number): AsyncGenerator<{ from: number; to: number } | null> {
  const files = existsSync(directory) ? archiveFiles(directory) : []
  if (files.length === 0) return
  let last = files[0].first - 1
  for (const { path } of files) {
    const handle = await open(path, 'r')
    try {
      for await (const frame of frames(handle)) {
        yield frame.first > last + 1 ? { from: last + 1, to: frame.first - 1 } : null
        last = Math.max(last, frame.last)
      }
    } finally {
      await handle.close()
    }
  }
  if (last < until) yield { from: last + 1, to: until }
}

interface ArchiveFile {
  readonly path: string
  readonly first: number
}

function archiveFiles(directory: string): ArchiveFile[] {
  return readdirSync(directory)
    .filter((name) => /^\d{16}\.adj$/.test(name))
    .sort()
    .map((name) => ({ path: join(directory, name), first: Number(name.slice(0, 16)) }))
}

/** The last position of a file's whole frames, made durable: its writer may have died before it synced. */
async function lastPositionOf({ path, first }: ArchiveFile): Promise<number> {
  let last = first - 1
  const handle = await open(path, 'r+')
  try {
    for await (const frame of frames(handle)) last = frame.last
    await handle.datasync()
  } finally {
    await handle.close()
  }
  return last
}

async function beginningUntil(path: string, until: number): Promise<{ bytes: number; last: number }> {
  const beginning = { bytes: 0, last: 0 }
  const handle = await open(path, 'r')
  try {
    for await (const { last, end } of frames(handle)) {
      if (last > until) break
      beginning.bytes = end
      beginning.last = last
    }
  } finally {
    await handle.close()
  }
  return beginning
}

/** The frames that hold; where something else stands, its bytes are looked through for the next one. */
async function* frames(handle: FileHandle) {
  for (let at = 0; ; ) {
    const headerBytes = await readExactly(handle, at, FRAME_HEADER_BYTES)
    if (headerBytes.length === 0) return
    const header = readFrameHeader(headerBytes)
    const stored = header && (await readExactly(handle, at + FRAME_HEADER_BYTES, header.storedBytes))
    if (header && stored && frameHolds(headerBytes, stored, header)) {
      at += FRAME_HEADER_BYTES + header.storedBytes
      yield { first: header.first, last: header.last, end: at, unpack: () => unpackFrame(stored, header) }
    } else {
      at = await nextFrameStart(handle, at + 1)
    }
  }
}

/** Where the next bytes stand that could begin a frame; the file's end when none do. */
async function nextFrameStart(handle: FileHandle, from: number): Promise<number> {
  for (let at = from; ; at += SEARCH_BYTES) {
    // chunks overlap: what begins a frame may lie across two
    const bytes = await readExactly(handle, at, SEARCH_BYTES + FRAME_START.length - 1)
    const found = bytes.indexOf(FRAME_START)
    if (found >= 0) return at + found
    if (bytes.length < SEARCH_BYTES) return at + bytes.length
  }
}

async function readExactly(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}
