/**
 * The hot path of canonical JSON: one pass over the bytes, no strings, no objects. It takes only what gateways usually
 * send (known keys, plain numbers, the time before the array) and gives up on anything else; the caller then reads
 * the payload the thorough way (decode-canonical.ts), which also finds the words for what is wrong.
 */

import { isReadingQuality } from '../model/reading-quality.ts'
import { type ByteSink, MOST_REGISTER_WH, MOST_ROWS, MOST_SECONDS, MOST_WH } from './byte-sink.ts'
import { parseDecimal, parseWhole } from './decimal.ts'
import type { InstantReader } from './instant.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = 0x5b
const CLOSE = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LONGEST_METER = 64
/** 1 for the ASCII characters of an Id (model/field.ts). */
const METER_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w.:#/-]/.test(String.fromCharCode(byte)) ? 1 : 0))

export class CanonicalScanner {
  readonly #instants: InstantReader
  readonly #number = new Float64Array(1)

  constructor(instants: InstantReader) {
    this.#instants = instants
  }

  /** Gives the payload's readings (or registers) to the sink; false when the payload is unusual: drop what was given. */
  scan(bytes: Uint8Array, kind: 'readings' | 'registers', sink: ByteSink): boolean {
    const registers = kind === 'registers'
    let time = -1
    let seconds = registers ? 0 : -1
    let rows = false
    let at = skipSpace(bytes, 0)
    if (bytes[at++] !== OPEN_OBJECT) return false
    for (;;) {
      at = skipSpace(bytes, at)
      if (bytes[at] !== QUOTE) return false
      const key = at + 1
      const keyEnd = endOfString(bytes, key)
      if (keyEnd < 0) return false
      at = skipSpace(bytes, keyEnd + 1)
      if (bytes[at++] !== COLON) return false
      at = skipSpace(bytes, at)
      if (time < 0 && isWord(bytes, key, keyEnd, registers ? 'at' : 'start')) {
        if (bytes[at] !== QUOTE) return false
        const end = endOfString(bytes, at + 1)
        if (end < 0) return false
        time = this.#instants.read(bytes, at + 1, end)
        if (time < 0) return false
        at = end + 1
      } else if (seconds < 0 && isWord(bytes, key, keyEnd, 'seconds')) {
        const end = endOfNumber(bytes, at)
        seconds = parseWhole(bytes, at, end)
        if (seconds < 1 || seconds > MOST_SECONDS || bytes[at] === 0x30) return false
        at = end
      } else if (!rows && time >= 0 && seconds >= 0 && isWord(bytes, key, keyEnd, kind)) {
        rows = true
        at = this.#scanRows(bytes, at, time, seconds, registers, sink)
        if (at < 0) return false
      } else return false
      at = skipSpace(bytes, at)
      if (bytes[at] === COMMA) at++
      else if (bytes[at++] === CLOSE_OBJECT) return rows && skipSpace(bytes, at) === bytes.length
      else return false
    }
  }

  /** Position after the array, -1 when something in it is unusual. */
  #scanRows(bytes: Uint8Array, from: number, time: number, seconds: number, registers: boolean, sink: ByteSink): number {
    const most = registers ? MOST_REGISTER_WH : MOST_WH
    let at = from
    if (bytes[at++] !== OPEN) return -1
    at = skipSpace(bytes, at)
    if (bytes[at] === CLOSE) return at + 1
    for (let rows = 0; rows < MOST_ROWS; rows++) {
      if (bytes[at] !== OPEN) at = skipSpace(bytes, at)
      if (bytes[at] !== OPEN) return -1
      at++
      if (bytes[at] !== QUOTE) at = skipSpace(bytes, at)
      if (bytes[at] !== QUOTE) return -1
      const meter = ++at
      let meterByte = bytes[at]
      while (METER_BYTE[meterByte] === 1) meterByte = bytes[++at]
      const meterEnd = at
      if (meterByte !== QUOTE || meterEnd === meter || meterEnd - meter > LONGEST_METER) return -1
      at++
      if (bytes[at] !== COMMA) at = skipSpace(bytes, at)
      if (bytes[at++] !== COMMA) return -1
      let digit = bytes[at] - 0x30
      if (digit < 0 || digit > 9) {
        at = skipSpace(bytes, at)
        digit = bytes[at] - 0x30
      }
      const number = at
      let value = 0
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit
        digit = bytes[++at] - 0x30
      }
      if (at === number || (bytes[number] === 0x30 && at - number > 1)) return -1
      if (digit === -2 || at - number > 15) {
        at = endOfNumber(bytes, at)
        value = parseDecimal(bytes, number, at)
        if (bytes[at - 1] === 0x2e) return -1
      }
      if (!(value <= most)) return -1
      let reactive = Number.NaN
      let quality = 0
      if (bytes[at] !== CLOSE) {
        at = skipSpace(bytes, at)
        if (bytes[at] === COMMA) {
          this.#number[0] = Number.NaN
          const packed = this.#scanExtras(bytes, at + 1)
          if (packed < 0) return -1
          reactive = this.#number[0]
          quality = packed % 32
          at = skipSpace(bytes, Math.floor(packed / 32))
        }
        if (bytes[at] !== CLOSE) return -1
      }
      at++
      if (registers) sink.registerAt(bytes, meter, meterEnd, time, value, reactive, quality)
      else sink.readingAt(bytes, meter, meterEnd, time, seconds, value, reactive, quality)
      if (bytes[at] !== COMMA && bytes[at] !== CLOSE) at = skipSpace(bytes, at)
      const next = bytes[at++]
      if (next === CLOSE) return at
      if (next !== COMMA) return -1
    }
    return -1
  }

  /** `{"varh":1.5,"quality":8}`: position after it × 32 + quality, the reactive energy in #number; -1 when unusual. */
  #scanExtras(bytes: Uint8Array, from: number): number {
    let quality = -1
    let reactive = false
    let at = skipSpace(bytes, from)
    if (bytes[at++] !== OPEN_OBJECT) return -1
    for (;;) {
      at = skipSpace(bytes, at)
      if (bytes[at] !== QUOTE) return -1
      const key = at + 1
      const keyEnd = endOfString(bytes, key)
      if (keyEnd < 0) return -1
      at = skipSpace(bytes, keyEnd + 1)
      if (bytes[at++] !== COLON) return -1
      at = skipSpace(bytes, at)
      const end = endOfNumber(bytes, at)
      if (isWord(bytes, key, keyEnd, 'varh')) {
        const varh = reactive || !isPlainNumber(bytes, at, end) ? Number.NaN : parseDecimal(bytes, at, end)
        if (!(Math.abs(varh) <= MOST_WH)) return -1
        this.#number[0] = varh
        reactive = true
      } else if (isWord(bytes, key, keyEnd, 'quality')) {
        if (quality >= 0 || (bytes[at] === 0x30 && end > at + 1)) return -1
        quality = parseWhole(bytes, at, end)
        if (!isReadingQuality(quality)) return -1
      } else return -1
      at = skipSpace(bytes, end)
      if (bytes[at] === COMMA) at++
      else if (bytes[at++] === CLOSE_OBJECT) return at * 32 + Math.max(0, quality)
      else return -1
    }
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return at
}

/** Position of the closing quote, -1 when there is none or the string holds an escape or is not plain ASCII. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) return at
    if (byte === 0x5c || byte < 0x20 || byte > 0x7e) return -1
  }
  return -1
}

/** Position after digits, sign and point; an exponent ends it and is then found unusual. */
function endOfNumber(bytes: Uint8Array, from: number): number {
  let at = from
  while ((bytes[at] >= 0x30 && bytes[at] <= 0x39) || bytes[at] === 0x2e || bytes[at] === 0x2d) at++
  return at
}

/** As JSON wants it: a digit at both ends, no needless leading zero. */
function isPlainNumber(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] === 0x2d ? from + 1 : from
  if (to <= first || bytes[first] < 0x30 || bytes[to - 1] < 0x30) return false
  return bytes[first] !== 0x30 || to === first + 1 || bytes[first + 1] === 0x2e
}

/** Whether the key in [from, to) is `word`. */
function isWord(bytes: Uint8Array, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word.charCodeAt(at)) return false
  return true
}
