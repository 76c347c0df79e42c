import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TAKEN, TOO_NEW, UNKNOWN_METER } from '../../ingest/byte-sink.ts'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { decodeSlice, type SliceContext } from '../../ingest/decode-slice.ts'
import { eventPackets } from '../../ingest/event-packets.ts'
import { ImportWriter } from '../../ingest/import-writer.ts'
import { MeterOwners } from '../../ingest/meter-owners.ts'
import { Registers } from '../../ingest/registers.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { IMPORT_TOPIC, TopicRoutes } from '../../ingest/topic-routes.ts'
import type { JournalledPacket } from '../../model/packet.ts'
import { ledgerOfMeters } from './sample-ledger.ts'
import { scratchDirectory } from './scratch-directory.ts'

const ledger = ledgerOfMeters('A', 'B', 'C')
const bytes = Buffer.from('ABCX')

function contextOf(importsDirectory: string): SliceContext {
  return {
    importsDirectory,
    ledger,
    routes: new TopicRoutes([], canonicalDecoders(new TimeZone('UTC'))),
    registers: new Registers(),
    owners: new MeterOwners(),
    window: { futureSeconds: 300, pastSeconds: 86_400 },
  }
}

function importPacket(payload: unknown, position = 3): JournalledPacket {
  return {
    position,
    gateway: '$import',
    topic: IMPORT_TOPIC,
    payload: Buffer.from(JSON.stringify(payload)),
    receivedAt: Date.UTC(2026, 10, 24),
  }
}

/** `[usage point, start, seconds, Wh, varh, quality]` a row, in the order in which they come. */
function expand(packets: readonly JournalledPacket[], context: SliceContext) {
  const rows: number[][] = []
  const slices = [...decodeSlice(packets, context)]
  for (const { batch } of slices) {
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality } = batch.columns
    for (let row = 0; row < batch.length; row++)
      rows.push([usagePoint[row], start[row], seconds[row], energyWh[row], reactiveVarh[row], quality[row]])
  }
  return {
    rows,
    refused: slices.flatMap(({ refused }) => refused),
    counts: slices.flatMap(({ counts }) => [...counts.values()]),
    events: slices.flatMap(({ events }) => events),
  }
}

test('history comes back in order of time, whatever the order of the file and however many runs it took', () => {
  const row = fc.tuple(fc.nat(2), fc.nat(400), fc.double({ min: 0, max: 1e6, noNaN: true }))
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 300 }), fc.constantFrom(1 << 16, 1 << 20), (rows, runRows) => {
      const directory = scratchDirectory()
      const writer = new ImportWriter({ directory, ledger, latest: 2e9, runRows })
      for (const [meter, slot, wh] of rows) writer.readingAt(bytes, meter, meter + 1, slot * 900, 900, wh, Number.NaN, 17)
      const note = writer.finish()
      const { rows: found, counts } = expand([importPacket(note)], contextOf(directory))
      const expected = rows
        .map(([meter, slot, wh]) => [meter, slot * 900, 900, wh, Number.NaN, 17])
        .toSorted((a, b) => a[1] - b[1])
      expect(found).toEqual(expected)
      expect(counts).toMatchObject([{ received: rows.length, readings: rows.length, quarantined: 0 }])
      expect(readdirSync(directory)).toEqual([note?.file])
    }),
    { numRuns: 40 },
  )
})

test('many runs are merged into one file, and the same rows always make the same file', () => {
  const names = [1 << 16, 1 << 20].map((runRows) => {
    const directory = scratchDirectory()
    const writer = new ImportWriter({ directory, ledger, latest: 2e9, runRows })
    for (let row = 0; row < 200_000; row++)
      writer.readingAt(bytes, row % 3, (row % 3) + 1, ((row * 7919) % 1000) * 900, 900, row, row, 0)
    const note = writer.finish()
    expect(readdirSync(directory)).toEqual([note?.file])
    const { rows } = expand([importPacket(note)], contextOf(directory))
    expect(rows.length).toBe(200_000)
    expect(rows.every(([, start], index) => index === 0 || start >= rows[index - 1][1])).toBe(true)
    expect(new Set(rows.map(([, , , wh]) => wh)).size).toBe(200_000)
    return note?.file
  })
  expect(names[0]).toBe(names[1])
})

test('unknown meters and the future are refused at the door', () => {
  const writer = new ImportWriter({ directory: scratchDirectory(), ledger, latest: 1000 })
  expect(writer.readingAt(bytes, 3, 4, 0, 900, 1, 1, 0)).toBe(UNKNOWN_METER)
  expect(writer.readingAt(bytes, 0, 1, 1001, 900, 1, 1, 0)).toBe(TOO_NEW)
  expect(writer.finish()).toBe(null)
})

test('imported registers become intervals on the line', () => {
  const directory = scratchDirectory()
  const writer = new ImportWriter({ directory, ledger, latest: 2e9 })
  expect(writer.registerAt(bytes, 0, 1, 1800, 700, Number.NaN, 0)).toBe(TAKEN)
  writer.registerAt(bytes, 0, 1, 900, 200, Number.NaN, 0)
  writer.registerAt(bytes, 0, 1, 900, 200, Number.NaN, 0)
  const { rows, counts } = expand([importPacket(writer.finish())], contextOf(directory))
  expect(rows).toEqual([[0, 900, 900, 500, Number.NaN, 0]])
  expect(counts).toMatchObject([{ received: 3, registers: 2, repeatedRegisters: 1 }])
})

test('an import between messages keeps its place among them', () => {
  const directory = scratchDirectory()
  const writer = new ImportWriter({ directory, ledger, latest: 2e9 })
  writer.readingAt(bytes, 1, 2, 0, 900, 5, 5, 0)
  const message = (position: number, meter: string): JournalledPacket => ({
    position,
    gateway: 'gw',
    topic: 'adit/v1/gw/readings',
    payload: Buffer.from(JSON.stringify({ start: '2026-11-24T00:00:00Z', seconds: 900, readings: [[meter, 1]] })),
    receivedAt: Date.UTC(2026, 10, 24, 1),
  })
  const { rows } = expand([message(1, 'A'), importPacket(writer.finish(), 2), message(3, 'C')], contextOf(directory))
  expect(rows.map(([usagePoint]) => usagePoint)).toEqual([0, 1, 2])
})

test('imported events are taken whatever their age', () => {
  const [packet] = eventPackets([{ meter: 'B', at: 1_293_840_000, code: 'dsmr:44', detail: '' }], Date.UTC(2026, 10, 24))
  const { events, refused } = expand([{ ...packet, position: 1 }], contextOf(scratchDirectory()))
  expect(refused).toEqual([])
  expect(events).toMatchObject([{ usagePoint: 1, at: 1_293_840_000, code: 'meter-cover-opened' }])
})

test('a damaged, lost or foreign import file is refused with a remedy, and the line goes on', () => {
  const directory = scratchDirectory()
  const writer = new ImportWriter({ directory, ledger, latest: 2e9 })
  for (let row = 0; row < 100; row++) writer.readingAt(bytes, 0, 1, row * 900, 900, row, row, 0)
  const note = writer.finish()
  const path = join(directory, note?.file ?? '')
  const whole = readFileSync(path)
  const context = contextOf(directory)
  const refusals = [
    Buffer.from('not an import'),
    whole.subarray(0, whole.length - 1),
    Buffer.concat([whole.subarray(0, 500), Buffer.from([whole[500] ^ 1]), whole.subarray(501)]),
  ].map((content) => {
    writeFileSync(path, content)
    return expand([importPacket(note)], context)
  })
  for (const { rows, refused, counts } of [
    ...refusals,
    expand([importPacket({ file: 'readings-00.adit', rows: 1 })], context),
    expand([importPacket({ file: '../secret.adit', rows: 1 })], context),
  ]) {
    expect(rows).toEqual([])
    expect(refused).toMatchObject([{ readings: 1, remedy: expect.stringContaining('adit import') }])
    expect(counts).toMatchObject([{ received: 1, quarantined: 1 }])
  }
})
