import { isUtf8 } from 'node:buffer'
import { DecodeError } from './decoder.ts'

export const MOST_JSON_BYTES = 4 << 20
const MOST_DEPTH = 16
const MOST_KEYS = 1_000
const QUOTE = 0x22
const BACKSLASH = 0x5c
const decoder = new TextDecoder()

/**
 * JSON text to a value, for payloads from outside. Size and depth are capped before the parser sees a byte, and a key
 * that comes twice is an error, because `JSON.parse` silently takes the later. Throws DecodeError.
 */
export function parseJson(payload: Uint8Array): unknown {
  if (payload.length > MOST_JSON_BYTES) {
    throw new DecodeError(
      'too-large',
      '$',
      `${payload.length} bytes`,
      `a payload of ${payload.length} bytes is larger than ${MOST_JSON_BYTES}`,
      'send fewer readings in one message',
    )
  }
  if (!isUtf8(payload)) {
    throw new DecodeError(
      'not-utf8',
      '$',
      hexHead(payload),
      'the payload is not UTF-8 text',
      'send UTF-8; GBK and binary formats need a topic route to their own decoder',
    )
  }
  const text = decoder.decode(payload)
  guardStructure(payload)
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON'
    throw new DecodeError(
      'not-json',
      '$',
      text.slice(0, 80),
      `the payload is not JSON: ${reason.slice(0, 160)}`,
      'send one JSON object as docs/payloads.md shows; NaN and Infinity are no JSON numbers',
    )
  }
}

/** Refuses depth beyond MOST_DEPTH, objects of too many keys and keys that come twice. Leaves every other fault to the parser. */
function guardStructure(bytes: Uint8Array): void {
  const open: (ObjectKeys | null)[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x7b || byte === 0x5b) {
      if (open.length === MOST_DEPTH) {
        throw new DecodeError(
          'too-deep',
          '$',
          `depth over ${MOST_DEPTH}`,
          `brackets nest deeper than ${MOST_DEPTH}`,
          'send the flat arrays that docs/payloads.md shows',
        )
      }
      open.push(byte === 0x7b ? { first: 0, firstEnd: 0, all: undefined } : null)
    } else if (byte === 0x7d || byte === 0x5d) open.pop()
    else if (byte === QUOTE) {
      const from = at++
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
      const keys = open.at(-1)
      if (keys && isKey(bytes, at + 1)) noteKey(keys, bytes, from, at + 1)
    }
  }
}

/** Keys of an object: where the first stands, and all of them from the second on. Most objects of payloads have one key or two. */
interface ObjectKeys {
  first: number
  firstEnd: number
  all: Set<string> | undefined
}

function isKey(bytes: Uint8Array, from: number): boolean {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++
  return bytes[at] === 0x3a
}

function noteKey(keys: ObjectKeys, bytes: Uint8Array, from: number, to: number): void {
  if (keys.firstEnd === 0) {
    keys.first = from
    keys.firstEnd = to
    return
  }
  keys.all ??= new Set([keyAt(bytes, keys.first, keys.firstEnd)])
  const key = keyAt(bytes, from, to)
  if (keys.all.has(key)) {
    throw new DecodeError(
      'duplicate-key',
      `$.${key.slice(0, 64)}`,
      key,
      `the key "${key.slice(0, 64)}" stands twice in one object`,
      'send each key once; which of the two values is meant cannot be known',
    )
  }
  keys.all.add(key)
  if (keys.all.size > MOST_KEYS) {
    const remedy = 'send the arrays that docs/payloads.md shows'
    throw new DecodeError('too-many-keys', '$', `over ${MOST_KEYS} keys`, `an object has more than ${MOST_KEYS} keys`, remedy)
  }
}

function keyAt(bytes: Uint8Array, from: number, to: number): string {
  return unescaped(decoder.decode(bytes.subarray(from, to)))
}

function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    const key: unknown = JSON.parse(quoted)
    return typeof key === 'string' ? key : quoted
  } catch {
    return quoted
  }
}

function hexHead(payload: Uint8Array): string {
  return Buffer.from(payload.subarray(0, 16)).toString('hex')
}
