import { describe, expect, onTestFinished, test } from 'vitest'
import type { JournalReader, JournalWriter, Slice } from '../../ingest/journal.ts'
import { samplePacket, textOf } from '../ingest/sample-packet.ts'

/** One journal on lasting storage: closing and opening again is a restart of the service. */
export interface JournalUnderTest {
  openWriter(): Promise<JournalWriter>
  /** Slices of at most `packets` packets and about `bytes` payload bytes. */
  openReader(packets: number, bytes: number): Promise<JournalReader>
}

/** What every journal keeps. `create` gives a new, empty one. */
export function describeJournal(name: string, create: () => JournalUnderTest): void {
  describe(`the journal on ${name}`, () => {
    test('gives back what was appended, byte for byte, at positions that rise by one from 1', async () => {
      const journal = create()
      const writer = await journal.openWriter()
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const packet = { gateway: 'gw-1', topic: 'adit/v1/gw-1/台区', payload: everyByte, receivedAt: 1_795_000_000_123 }
      await Promise.all([writer.append(packet), writer.append(samplePacket('')), writer.append(samplePacket('three'))])
      const [first, second, third] = await readAll(await journal.openReader(10, 1_000), 0, 3)
      expect({ ...first, payload: [...first.payload] }).toEqual({ ...packet, position: 1, payload: [...everyByte] })
      expect([second.position, second.payload.length, third.position]).toEqual([2, 0, 3])
      await writer.close()
    })

    test('never uses a position twice, though everything was released and the service started anew', async () => {
      const journal = create()
      let writer = await journal.openWriter()
      await appendAll(writer, 5)
      await writer.release(5)
      await writer.close()
      writer = await journal.openWriter()
      const reader = await journal.openReader(10, 1_000)
      expect(reader.lastPosition()).toBe(5)
      await writer.append(samplePacket('sixth'))
      const packets = await readAll(reader, 5, 6)
      expect(packets.map(({ position, payload }) => [position, textOf(payload)])).toEqual([[6, 'sixth']])
      await writer.close()
    })

    test('releases only up to the saved checkpoint', async () => {
      const journal = create()
      const writer = await journal.openWriter()
      await appendAll(writer, 30)
      await writer.release(12)
      const packets = await readAll(await journal.openReader(100, 1_000), 12, 30)
      expect(packets.map(({ position }) => position)).toEqual(Array.from({ length: 18 }, (_, index) => index + 13))
      await writer.close()
    })

    test('ends a slice at its limit of packets or of bytes, whichever comes first', async () => {
      const journal = create()
      const writer = await journal.openWriter()
      await appendAll(writer, 10, 'x'.repeat(100))
      const byPackets = await slices(await journal.openReader(4, 1_000_000), 0, 10)
      expect(byPackets.map(({ packets }) => packets.length)).toEqual([4, 4, 2])
      const byBytes = await slices(await journal.openReader(1_000, 250), 0, 10)
      expect(byBytes.map(({ position }) => position)).toEqual([3, 6, 9, 10])
      await writer.close()
    })

    test('at its end waits for the next packet, and returns when told to stop', async () => {
      const journal = create()
      const writer = await journal.openWriter()
      const reader = await journal.openReader(10, 1_000)
      const stop = new AbortController()
      const seen: string[] = []
      const reading = (async () => {
        for await (const { packets } of reader.readFrom(0, stop.signal)) {
          seen.push(...packets.map(({ payload }) => textOf(payload)))
          if (seen.length === 2) stop.abort()
        }
      })()
      await writer.append(samplePacket('one'))
      await expect.poll(() => seen).toEqual(['one'])
      await writer.append(samplePacket('two'))
      await reading
      expect(seen).toEqual(['one', 'two'])
      await writer.close()
    })
  })
}

export async function slices(reader: JournalReader, after: number, until: number): Promise<Slice[]> {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const all: Slice[] = []
  for await (const slice of reader.readFrom(after, stop.signal)) {
    all.push(slice)
    if (slice.position >= until) break
  }
  reader.close()
  return all
}

export async function readAll(reader: JournalReader, after: number, until: number) {
  return (await slices(reader, after, until)).flatMap(({ packets }) => packets)
}

export async function appendAll(writer: JournalWriter, count: number, text = 'packet'): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => writer.append(samplePacket(`${text} ${index + 1}`))))
}
