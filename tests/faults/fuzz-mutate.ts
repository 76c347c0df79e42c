import type { Random } from '../../fixtures/simulator/random.ts'

/** What breaks readers: ends of ranges, other writing systems, words of the formats, words of the language below. */
const TOKENS = [
  ...[
    '0',
    '-0',
    '-1',
    '1e999',
    '-1e999',
    '1e-999',
    'NaN',
    'Infinity',
    '0x1F',
    '1e3',
    '00',
    '.5',
    '5.',
    '+1',
    '９',
    '1,5',
    '1 000',
  ],
  ...[
    '255',
    '256',
    '65535',
    '65536',
    '4294967295',
    '4294967296',
    '9007199254740993',
    '1000000000',
    '1000000001',
    '1234567890123456789012',
  ],
  ...[
    '2026-11-24T00:00:00+08:00',
    '2026-02-30',
    '1970-01-01',
    '2099-12-31T23:59:60Z',
    '1988-04-10 00:30',
    '2026-11-24 24:00',
    '+99:99',
    '9999999999',
  ],
  ...[
    'null',
    'true',
    '{}',
    '[]',
    '""',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    '{"',
    '":',
    ',',
    '\n',
    '\r\n',
    '\t',
    '""""',
    "'",
    ';',
    '=1+1',
    '@',
    '$',
    '#',
    '+',
  ],
  ...[
    'start',
    'seconds',
    'readings',
    'registers',
    'events',
    'at',
    'varh',
    'quality',
    'meter',
    'energy_wh',
    'date',
    'unit',
    'v1',
    'v96',
    'usage_point',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '王',
    '台区',
    '\u202e',
    '\u200b',
    '\ufeff',
    '\u0000',
    'ｍ',
    'é',
    '😀',
    '../',
    '%00',
  ],
].map((text) => Buffer.from(text))

/** One to eight changes to a seed, or to a seed and another's rest. */
export function mutate(random: Random, seeds: readonly Uint8Array[], most = 65_536): Uint8Array {
  let bytes: Buffer = Buffer.from(random.pick(seeds))
  for (let change = random.int(1, random.pick([1, 2, 4, 8])); change > 0; change--) bytes = changed(random, bytes, seeds)
  return bytes.length > most ? bytes.subarray(0, most) : bytes
}

function changed(random: Random, bytes: Buffer, seeds: readonly Uint8Array[]): Buffer {
  const at = random.int(0, bytes.length)
  const length = Math.min(bytes.length - at, random.pick([1, 1, 2, 4, 16, random.int(1, 1 + bytes.length)]))
  const rest = bytes.subarray(at + length)
  const head = bytes.subarray(0, at)
  switch (random.int(0, 9)) {
    case 0:
      return withByte(bytes, at, random.int(0, 255))
    case 1:
      return at < bytes.length ? withByte(bytes, at, bytes[at] ^ (1 << random.int(0, 7))) : bytes
    case 2:
      return Buffer.concat([head, rest])
    case 3:
      return Buffer.concat([head, random.pick(TOKENS), bytes.subarray(at)])
    case 4:
      return Buffer.concat([head, random.pick(TOKENS), rest])
    case 5:
      return repeated(head, bytes.subarray(at, at + length), bytes.subarray(at), random.pick([1, 2, 10, 100, 1_000]))
    case 6:
      return Buffer.concat([head, Buffer.from(random.pick(seeds)).subarray(random.int(0, 40))])
    case 7:
      return numberChanged(random, bytes, at)
    case 8:
      return bytes.subarray(0, at)
    default:
      return betweenMarks(random, bytes, at)
  }
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = value
  return copy
}

function repeated(head: Buffer, piece: Buffer, rest: Buffer, times: number): Buffer {
  const count = Math.min(times, Math.ceil(60_000 / Math.max(1, piece.length)))
  return Buffer.concat([head, ...Array.from({ length: count }, () => piece), rest])
}

/** The next digits are another number. */
function numberChanged(random: Random, bytes: Buffer, at: number): Buffer {
  let from = at
  while (from < bytes.length && !isDigit(bytes[from])) from++
  let to = from
  while (to < bytes.length && isDigit(bytes[to])) to++
  return Buffer.concat([bytes.subarray(0, from), random.pick(TOKENS), bytes.subarray(to)])
}

/** A whole field, item or line comes again, goes, or trades places with the next. */
function betweenMarks(random: Random, bytes: Buffer, at: number): Buffer {
  const mark = random.pick([0x2c, 0x0a, 0x22, 0x5d, 0x7d])
  const from = bytes.indexOf(mark, at)
  const to = bytes.indexOf(mark, from + 1)
  if (from < 0 || to < 0) return bytes
  const piece = bytes.subarray(from, to)
  const rest = bytes.subarray(to)
  const head = bytes.subarray(0, from)
  return Buffer.concat(
    random.pick([
      [head, rest],
      [head, piece, piece, rest],
      [head, rest.subarray(0, 1), piece, rest.subarray(1)],
    ]),
  )
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
