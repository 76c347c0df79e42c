/**
 * SQLite's write-ahead log, read without SQLite: it drops, without a word, the first frame whose checksum does not hold and all
 * behind it (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). After a kill that is right where a write was cut off. Where
 * a bit has flipped it is not: transactions that were committed, and acknowledged, lie behind it.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { type Bit, bitsBetween, onlyBitBetween, type Sum, sumOf } from './one-bit.ts'

export interface LogVerdict {
  /** Bits that flipped, by their place in the file: each the only one that fits, so that nothing is lost when they are put right. */
  readonly bits: readonly Bit[]
  /** Where a frame begins that was damaged beyond that, and was committed; undefined when there is none. */
  readonly brokenAt: number | undefined
  /** Behind the last frame that was committed. */
  readonly end: number
}

export const LOG_HEADER_BYTES = 32
export const FRAME_HEADER_BYTES = 24
const SUMMED_HEADER_BYTES = 24
/** Of a frame's header; the page follows. */
const SUMMED_FRAME_BYTES = 8
export const SALTS_AT = 8
export const SUM_AT = 16
const UNSUMMED_BYTES = FRAME_HEADER_BYTES - SUMMED_FRAME_BYTES
const MAGIC = 0x377f0682
const VERSION = 3_007_000
const WHOLE: LogVerdict = { bits: [], brokenAt: undefined, end: LOG_HEADER_BYTES }

/** Changes nothing. Nobody may write to the log meanwhile. */
export function examineLog(path: string): LogVerdict {
  const file = openSync(path, 'r')
  try {
    const bytes = readAt(file, 0, LOG_HEADER_BYTES)
    if (bytes.length < LOG_HEADER_BYTES) return WHOLE
    const header = headerOf(bytes)
    // a log that was begun and whose header never came to the disk; that of the journal has its end noted elsewhere
    if (header === undefined) return WHOLE
    return new FrameWalk(file, header).verdict()
  } finally {
    closeSync(file)
  }
}

export interface LogHeader {
  readonly littleEndian: boolean
  readonly pageBytes: number
  readonly salts: Buffer
  readonly sum: Sum
  /** The bit in it that flipped. */
  readonly bit: Bit | undefined
}

/** Undefined when it is none, and none with one bit put right. */
export function headerOf(bytes: Buffer): LogHeader | undefined {
  const littleEndian = (bytes.readUInt32BE(0) & 1) === 0
  for (const endian of [littleEndian, !littleEndian]) {
    const view = viewOf(bytes.subarray(0, SUMMED_HEADER_BYTES))
    const [sum, written] = [sumOf([0, 0], view, endian), readSum(bytes, SUMMED_HEADER_BYTES)]
    if (isSame(sum, written)) return sensible(bytes, endian, undefined)
    const ofSum = onlyBitBetween(bytesOf(sum), bytes.subarray(SUMMED_HEADER_BYTES))
    const bits = ofSum ? [{ ...ofSum, at: SUMMED_HEADER_BYTES + ofSum.at }] : []
    for (const bit of [...bits, ...bitsBetween(sum, written, view, endian)]) {
      const mended = Buffer.from(bytes)
      mended[bit.at] ^= bit.mask
      const header = sensible(mended, endian, bit)
      if (header) return header
    }
  }
  return undefined
}

function sensible(bytes: Buffer, littleEndian: boolean, bit: Bit | undefined): LogHeader | undefined {
  const pageBytes = bytes.readUInt32BE(8)
  if (bytes.readUInt32BE(0) !== (littleEndian ? MAGIC : MAGIC + 1) || bytes.readUInt32BE(4) !== VERSION) return undefined
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return undefined
  return { littleEndian, pageBytes, salts: bytes.subarray(16, 24), sum: readSum(bytes, SUMMED_HEADER_BYTES), bit }
}

/** From one frame to the next, as SQLite goes when it opens the file, and on behind what would stop it. */
class FrameWalk {
  readonly #file: number
  readonly #header: LogHeader
  readonly #bits: Bit[]
  /** Up to the frame before. */
  #sum: Sum
  #end = LOG_HEADER_BYTES
  #brokenAt: number | undefined
  /** Where a frame does not go on from the one before: a write was cut off there, or else it is damaged. */
  #doubtAt: number | undefined
  /** Behind a commit that lies behind the doubt. A frame that goes on from it proves that it was one. */
  #endBehind: number | undefined

  constructor(file: number, header: LogHeader) {
    this.#file = file
    this.#header = header
    this.#bits = header.bit ? [header.bit] : []
    this.#sum = header.sum
  }

  verdict(): LogVerdict {
    const bytes = FRAME_HEADER_BYTES + this.#header.pageBytes
    for (let at = LOG_HEADER_BYTES; ; at += bytes) {
      const frame = readAt(this.#file, at, bytes)
      if (frame.length < bytes) return { bits: this.#bits, brokenAt: this.#brokenAt, end: this.#end }
      this.#take(frame, at)
    }
  }

  #take(frame: Buffer, at: number): void {
    const sum = this.#sumBehind(this.#sum, frame)
    const written = readSum(frame, SUM_AT)
    const sameSalts = frame.subarray(SALTS_AT, SUM_AT).equals(this.#header.salts)
    if (sameSalts && isSame(sum, written)) {
      this.#sum = written
      this.#follow(frame, at)
      return
    }
    const [bit, ...others] = sameSalts ? this.#bitsUnder(frame, at, sum, written) : this.#bitOfSalts(frame, sum, written)
    // what follows goes on from the sum as it was written
    this.#sum = bit !== undefined && bit.at >= SUM_AT && bit.at < FRAME_HEADER_BYTES ? sum : written
    if (bit === undefined) {
      this.#doubtAt ??= at
      this.#endBehind = undefined
      return
    }
    if (this.#doubtAt === undefined) {
      if (others.length > 0) this.#brokenAt ??= at
      else this.#bits.push({ ...bit, at: at + bit.at })
    }
    this.#follow(frame, at)
  }

  #follow(frame: Buffer, at: number): void {
    if (this.#endBehind !== undefined) {
      this.#end = this.#endBehind
      this.#brokenAt ??= this.#doubtAt
      this.#doubtAt = undefined
      this.#endBehind = undefined
    }
    if (frame.readUInt32BE(4) === 0) return
    if (this.#doubtAt === undefined) this.#end = at + frame.length
    else this.#endBehind = at + frame.length
  }

  /** By their places in the frame, as those of the next. */
  #bitOfSalts(frame: Buffer, sum: Sum, written: Sum): Bit[] {
    const bit = isSame(sum, written) ? onlyBitBetween(frame.subarray(SALTS_AT, SUM_AT), this.#header.salts) : undefined
    return bit ? [{ ...bit, at: SALTS_AT + bit.at }] : []
  }

  #bitsUnder(frame: Buffer, at: number, sum: Sum, written: Sum): Bit[] {
    const ofSum = onlyBitBetween(bytesOf(sum), frame.subarray(SUM_AT, FRAME_HEADER_BYTES))
    const here = ofSum ? [{ ...ofSum, at: SUM_AT + ofSum.at }] : []
    const next = readAt(this.#file, at + frame.length, frame.length)
    const goesOnFrom = (before: Sum) =>
      next.length === frame.length && isSame(this.#sumBehind(before, next), readSum(next, SUM_AT))
    if (ofSum && goesOnFrom(sum)) return here
    const summed = Buffer.concat([frame.subarray(0, SUMMED_FRAME_BYTES), frame.subarray(FRAME_HEADER_BYTES)])
    const bits = bitsBetween(sum, written, viewOf(summed), this.#header.littleEndian)
    const inFrame = bits.map(({ at: place, mask }) => ({ at: place < SUMMED_FRAME_BYTES ? place : place + UNSUMMED_BYTES, mask }))
    return goesOnFrom(written) ? inFrame : [...here, ...inFrame]
  }

  #sumBehind(before: Sum, frame: Buffer): Sum {
    return sumOfFrame(before, frame, this.#header.littleEndian)
  }
}

/** Over what of a frame goes into its sum. */
export function sumOfFrame(before: Sum, frame: Buffer, littleEndian: boolean): Sum {
  const head = sumOf(before, viewOf(frame.subarray(0, SUMMED_FRAME_BYTES)), littleEndian)
  return sumOf(head, viewOf(frame.subarray(FRAME_HEADER_BYTES)), littleEndian)
}

export function readSum(bytes: Buffer, at: number): Sum {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
}

export function bytesOf([first, second]: Sum): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(first, 0)
  bytes.writeUInt32BE(second, 4)
  return bytes
}

function isSame(one: Sum, other: Sum): boolean {
  return one[0] === other[0] && one[1] === other[1]
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

export function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const got = readSync(file, bytes, read, length - read, at + read)
    if (got === 0) break
    read += got
  }
  return bytes.subarray(0, read)
}
