import { closeSync, openSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { archiveExtents, JournalArchive, readArchive } from '../../ingest/journal-archive.ts'
import type { JournalledPacket } from '../../model/packet.ts'
import { samplePacket } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

function packets(first: number, last: number): JournalledPacket[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    ...samplePacket(`packet ${first + index}`),
    position: first + index,
  }))
}

async function positions(directory: string, after = 0, until = Number.MAX_SAFE_INTEGER): Promise<number[]> {
  const found: number[] = []
  for await (const frame of readArchive(directory, after, until)) found.push(...frame.map(({ position }) => position))
  return found
}

async function archiveOf(...ranges: [number, number][]): Promise<{ directory: string; file: string }> {
  const directory = scratchDirectory()
  const archive = await JournalArchive.open(directory)
  for (const [first, last] of ranges) await archive.append(packets(first, last))
  await archive.close()
  return { directory, file: join(directory, readdirSync(directory)[0]) }
}

describe('the archive', () => {
  test('gives back what was released, byte for byte, from any position to any other', async () => {
    const directory = scratchDirectory()
    const archive = await JournalArchive.open(directory)
    const payload = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const packet = { position: 1, gateway: 'gw-1', topic: 'adit/v1/gw-1/台区', payload, receivedAt: 1_795_000_000_123 }
    await archive.append([packet])
    await archive.append(packets(2, 50))
    await archive.append([])
    await archive.append(packets(51, 90))
    await archive.close()
    const read: JournalledPacket[] = []
    for await (const frame of readArchive(directory, 0, 1)) read.push(...frame)
    expect(read).toHaveLength(1)
    expect({ ...read[0], payload: [...read[0].payload] }).toEqual({ ...packet, payload: [...payload] })
    expect(await positions(directory, 40, 60)).toEqual(Array.from({ length: 20 }, (_, index) => 41 + index))
    expect(readdirSync(directory)).toEqual(['0000000000000001.adj'])
  })

  test('goes on after a restart where it was, in a new file', async () => {
    const { directory } = await archiveOf([1, 10], [11, 20])
    const archive = await JournalArchive.open(directory)
    expect(archive.lastPosition).toBe(20)
    await archive.append(packets(21, 30))
    await archive.close()
    expect(await positions(directory)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(readdirSync(directory)).toHaveLength(2)
  })

  test('tells up to which position it can be copied, also when its newest file begins with more than that', async () => {
    const { directory } = await archiveOf([1, 10], [11, 20])
    const archive = await JournalArchive.open(directory)
    await archive.append(packets(21, 30))
    await archive.close()
    const upTo = async (until: number) => {
      const { extents, last } = await archiveExtents(directory, until)
      return [extents.length, last]
    }
    expect([await upTo(30), await upTo(25), await upTo(20), await upTo(15), await upTo(5)]).toEqual([
      [2, 30],
      [1, 20],
      [1, 20],
      [1, 10],
      [0, 0],
    ])
  })

  test.each([1, 20, 36, 60])('archives anew what a crash tore off %i bytes before the end', async (torn) => {
    const { directory, file } = await archiveOf([1, 10], [11, 20])
    truncateSync(file, readFileSync(file).length - torn)
    const archive = await JournalArchive.open(directory)
    expect(archive.lastPosition).toBe(10)
    await archive.append(packets(11, 20))
    await archive.close()
    expect(await positions(directory)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('leaves out a frame of which one bit has turned, and gives the rest', async () => {
    const { directory, file } = await archiveOf([1, 10], [11, 20], [21, 30])
    const bytes = readFileSync(file)
    const second = 36 + bytes.readUInt32LE(28)
    bytes[second + 50] ^= 1
    writeFileSync(file, bytes)
    expect(await positions(directory)).toEqual([...packets(1, 10), ...packets(21, 30)].map(({ position }) => position))
    expect((await JournalArchive.open(directory)).lastPosition).toBe(30)
  })

  test('is not misled by a file that ends in zeroes, as power cuts leave them', async () => {
    const { directory, file } = await archiveOf([1, 10])
    const descriptor = openSync(file, 'a')
    writeSync(descriptor, Buffer.alloc(4_096))
    closeSync(descriptor)
    const archive = await JournalArchive.open(directory)
    await archive.append(packets(11, 12))
    await archive.close()
    expect(await positions(directory)).toEqual(packets(1, 12).map(({ position }) => position))
  })

  test('forgets files older than the retention, never the newest', async () => {
    const { directory, file } = await archiveOf([1, 10])
    const archive = await JournalArchive.open(directory)
    await archive.append(packets(11, 20))
    utimesSync(file, 1_000, 1_000)
    await archive.prune(2_000_000)
    expect(await positions(directory)).toEqual(packets(11, 20).map(({ position }) => position))
    await archive.prune(Number.MAX_SAFE_INTEGER)
    expect(await positions(directory)).toHaveLength(10)
    await archive.close()
  })
})
