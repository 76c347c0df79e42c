import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payloadSamples, SAMPLES_TIME_ZONE } from '../../fixtures/payload-samples.ts'
import { TAKEN } from '../../ingest/byte-sink.ts'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { listPayload } from '../../ingest/decode-listing.ts'
import { DecodeError } from '../../ingest/decoder.ts'
import { InstantReader } from '../../ingest/instant.ts'
import { CanonicalScanner } from '../../ingest/scan-canonical.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { isoOf, readText } from './sample-csv.ts'

const zone = new TimeZone(SAMPLES_TIME_ZONE)
const decoders = canonicalDecoders(zone)
const [readings, registers] = decoders

test.each(payloadSamples().map((sample) => [sample.name, sample] as const))(
  'the sample %s gives what it says',
  async (_name, sample) => {
    if (sample.format === 'csv') {
      const { rows, rejects } = await readText(sample.payload, SAMPLES_TIME_ZONE)
      const expected = [
        ...sample.readings.map(({ meter, start, seconds, energyWh, reactiveVarh, quality }) => [
          meter,
          start,
          seconds,
          energyWh,
          reactiveVarh,
          quality,
        ]),
        ...sample.registers.map(({ meter, at, registerWh, reactiveRegisterVarh, quality }) => [
          meter,
          at,
          0,
          registerWh,
          reactiveRegisterVarh,
          quality,
        ]),
      ]
      expect(rows).toEqual(expected)
      expect(rejects.map(({ line, column, value }) => ({ line, column, value }))).toEqual(sample.rejected)
      return
    }
    const decoder = decoders.find(({ name }) => name === sample.format)
    if (!decoder) throw new Error(`no decoder ${sample.format}`)
    const listing = listPayload(decoder, sample.payload, '')
    expect(listing.readings.map((row) => ({ ...row, start: isoOf(row.start) }))).toEqual(sample.readings)
    expect(listing.registers.map((row) => ({ ...row, at: isoOf(row.at) }))).toEqual(sample.registers)
    expect(listing.events.map((row) => ({ ...row, at: isoOf(row.at) }))).toEqual(sample.events)
    const { error } = listing
    expect(error && { code: error.code, field: error.field, value: error.value }).toEqual(sample.error ?? null)
    expect(error === null || error.remedy.length > 10).toBe(true)
  },
)

/** What the byte scanner gives, null when it gives up. */
function scan(payload: string, kind: 'readings' | 'registers'): unknown[][] | null {
  const rows: unknown[][] = []
  const name = (bytes: Uint8Array, from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString()
  const take = (bytes: Uint8Array, from: number, to: number, ...rest: number[]) => {
    rows.push([name(bytes, from, to), ...rest])
    return TAKEN
  }
  const taken = new CanonicalScanner(new InstantReader(zone)).scan(Buffer.from(payload), kind, {
    readingAt: take,
    registerAt: take,
  })
  return taken ? rows : null
}

function parseInFull(payload: string, kind: 'readings' | 'registers'): unknown[][] | DecodeError {
  const rows: unknown[][] = []
  const take = (...values: unknown[]) => {
    rows.push(values)
  }
  try {
    const decoder = kind === 'readings' ? readings : registers
    decoder.decode(Buffer.from(payload), '', { reading: take, register: take, event: take })
    return rows
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

const meter = fc.string({ unit: fc.constantFrom('0', '7', 'A', '-', '_', '/', '.'), minLength: 1, maxLength: 22 })
const energy = fc.oneof(
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.integer({ min: 0, max: 1e9 }),
  fc.constant(0.1),
  fc.constant(123456789.12345679),
)
const extras = fc.record(
  { varh: fc.double({ min: -1e6, max: 1e6, noNaN: true }), quality: fc.constantFrom(0, 7, 8, 19) },
  { requiredKeys: [] },
)
const row = fc.oneof(fc.tuple(meter, energy), fc.tuple(meter, energy, extras))
const payload = fc.record({
  start: fc.constantFrom('2026-11-24T00:00:00+08:00', '2026-11-24 00:15'),
  seconds: fc.integer({ min: 1, max: 86_400 }),
  readings: fc.array(row, { maxLength: 6 }),
})

test('the byte scanner and the full parser read the same, to the last bit of every number', () => {
  let scanned = 0
  fc.assert(
    fc.property(payload, fc.constantFrom(0, 1, '\t'), (value, spacing) => {
      const text = JSON.stringify(value, null, spacing)
      const fast = scan(text, 'readings')
      if (fast === null) return
      scanned++
      expect(fast).toEqual(parseInFull(text, 'readings'))
    }),
    { numRuns: 1000 },
  )
  expect(scanned).toBeGreaterThan(150)
})

test('the byte scanner takes nothing that the full parser refuses, whatever byte is changed', () => {
  const good = [
    '{"start":"2026-11-24T00:00:00+08:00","seconds":900,"readings":[["010203040506",512.5],["010203040507",33,{"varh":12.1,"quality":8}]]}',
    '{"at":"2026-11-24T00:00:00+08:00","registers":[["010203040506",0.5,{"quality":0}]]}',
  ]
  expect(good.map((text, index) => scan(text, index === 0 ? 'readings' : 'registers')?.length)).toEqual([2, 1])
  const noise = fc.constantFrom('"', ',', '[', ']', '{', '}', ':', '-', '+', '.', 'e', '0', '1', '9', ' ', '\n', '\\', 'é', '')
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.nat(200), noise, fc.integer({ min: 0, max: 3 }), (which, place, inserted, removed) => {
      const kind = which === 0 ? 'readings' : 'registers'
      const text = good[which]
      const at = place % text.length
      const broken = text.slice(0, at) + inserted + text.slice(at + removed)
      const fast = scan(broken, kind)
      if (fast !== null) expect(fast).toEqual(parseInFull(broken, kind))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['too-deep', '['.repeat(50_000)],
  ['too-large', `{"start":"${' '.repeat(5 << 20)}"}`],
  ['too-many-keys', `{${Array.from({ length: 1_001 }, (_, key) => `"k${key}":0`).join()}}`],
  ['duplicate-key', '{"start":"2026-11-24T00:00Z","start":"2026-11-24T00:00Z"}'],
  ['not-utf8', Buffer.from([0x7b, 0xff, 0xfe])],
  ['not-json', ''],
  ['out-of-range', `{"start":"2026-11-24T00:00Z","seconds":900,"readings":[${'["A",1],'.repeat(100_000)}["A",1]]}`],
  ['out-of-range', '{"start":"2026-11-24T00:00Z","seconds":-900,"readings":[]}'],
  ['duplicate-key', '{"start":"2026-11-24T00:00Z","seconds":900,"readings":[["A",1,{"quality":7,"qualit\\u0079":8}]]}'],
  ['ambiguous-time', '{"start":"2026-11-01T01:30","seconds":900,"readings":[["A",1]]}'],
  ['skipped-time', '{"start":"2026-03-08T02:30","seconds":900,"readings":[["A",1]]}'],
])('a payload that is %s is refused with the field and a remedy', (code, bytes) => {
  const [decoder] = canonicalDecoders(new TimeZone('America/New_York'))
  const { error } = listPayload(decoder, Buffer.from(bytes), '')
  expect(error?.code).toBe(code)
  expect(error?.field).toMatch(/^\$/)
  expect(error?.remedy).toMatch(/.{10}/)
})

test('neither way of reading takes more values of one payload than the other', () => {
  const rows = (count: number) =>
    `{"start":"2026-11-24T00:00Z","seconds":900,"readings":[${'["A",1],'.repeat(count - 1)}["A",1]]}`
  expect(scan(rows(100_000), 'readings')).toHaveLength(100_000)
  expect(scan(rows(100_001), 'readings')).toBeNull()
})

test('a complaint names the row and the field, however many rows before it are right', () => {
  const [decoder] = canonicalDecoders(new TimeZone('UTC'))
  const text = '{"start":"2026-11-24T00:00Z","seconds":900,"readings":[["A",1],["B",2],["C",3,{"varh":"x"}]]}'
  const { error, readings } = listPayload(decoder, Buffer.from(text), '')
  expect([error?.code, error?.field, error?.value]).toEqual(['wrong-type', '$.readings[2][2].varh', 'x'])
  expect(readings).toEqual([])
})
