import { execFile } from 'node:child_process'
import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { JournalArchive } from '../../ingest/journal-archive.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { appendAll, describeJournal, readAll } from '../contracts/journal.ts'
import { samplePacket, textOf } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

for (const archived of [false, true]) {
  describeJournal(archived ? 'SQLite with an archive' : 'SQLite', () => {
    const directory = scratchDirectory()
    const path = join(directory, 'journal.db')
    const archive = join(directory, 'archive')
    return {
      openWriter: async () => new SqliteJournal({ path, ...(archived && { archive: await JournalArchive.open(archive) }) }),
      openReader: async (slicePackets, sliceBytes) => new SqliteJournalReader({ path, archive, slicePackets, sliceBytes }),
    }
  })
}

describe('the SQLite journal', () => {
  test('is appended to by two processes at once without a position lost or used twice', async () => {
    const path = join(scratchDirectory(), 'journal.db')
    const program = join(import.meta.dirname, 'append-process.ts')
    const append = (name: string) => promisify(execFile)(process.execPath, [program, path, name, '3000'])
    const ended = Promise.all([append('serve'), append('import')])
    await expect.poll(() => existsSync(`${path}.serve`) && existsSync(`${path}.import`)).toBe(true)
    writeFileSync(`${path}.go`, '')
    await ended
    const packets = await readAll(new SqliteJournalReader({ path }), 0, 6_000)
    expect(packets.map(({ position }) => position)).toEqual(Array.from({ length: 6_000 }, (_, index) => index + 1))
    expect(new Set(packets.map(({ payload }) => textOf(payload))).size).toBe(6_000)
    // the service did not wait for the end of the import, which began beside it and leaves the lock free between commits
    expect(packets.at(-1)?.gateway).toBe('import')
  })

  test('wakes a reader of another process within its polling', async () => {
    const path = join(scratchDirectory(), 'journal.db')
    const reader = new SqliteJournalReader({ path })
    const reading = readAll(reader, 0, 5)
    const program = join(import.meta.dirname, 'append-process.ts')
    writeFileSync(`${path}.go`, '')
    await promisify(execFile)(process.execPath, [program, path, 'import', '5'])
    expect(await reading).toHaveLength(5)
  })

  test('refuses one packet without a time and still takes those that wait beside it', async () => {
    const path = join(scratchDirectory(), 'journal.db')
    const writer = new SqliteJournal({ path })
    const good = writer.append(samplePacket('good'))
    await expect(writer.append({ ...samplePacket('bad'), receivedAt: Number.NaN })).rejects.toThrow('receivedAt NaN')
    await good
    expect(writer.lastPosition()).toBe(1)
    await writer.close()
  })

  test('reports a packet whose bytes have changed on the disk, and reads on behind it', async () => {
    const path = join(scratchDirectory(), 'journal.db')
    const writer = new SqliteJournal({ path })
    await appendAll(writer, 5)
    const rot = new DatabaseSync(path)
    rot.exec(`UPDATE packet SET payload = CAST('packet 9' AS BLOB) WHERE position = 3`)
    rot.close()
    const lost: number[][] = []
    const reader = new SqliteJournalReader({ path, lost: (from, to) => lost.push([from, to]) })
    const packets = await readAll(reader, 0, 5)
    expect(packets.map(({ position }) => position)).toEqual([1, 2, 4, 5])
    expect(lost).toEqual([[3, 3]])
    await writer.close()
  })

  test('reads, archives and goes on behind a damaged page', async () => {
    const directory = scratchDirectory()
    const path = join(directory, 'journal.db')
    const before = new SqliteJournal({ path })
    await appendAll(before, 5_000, 'x'.repeat(200))
    await before.close()
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(8_192, 0xff), 0, 8_192, 8_192 * 100)
    closeSync(file)

    const lost: number[][] = []
    const writer = new SqliteJournal({ path, archive: await JournalArchive.open(join(directory, 'archive')) })
    await writer.append(samplePacket('behind'))
    const reader = () =>
      new SqliteJournalReader({ path, archive: join(directory, 'archive'), lost: (from, to) => lost.push([from, to]) })
    const packets = await readAll(reader(), 0, 5_001)
    expect(lost).toHaveLength(1)
    const [[from, to]] = lost
    expect(to - from).toBeLessThan(50)
    const rest = Array.from({ length: 5_001 }, (_, index) => index + 1).filter((position) => position < from || position > to)
    expect(packets.map(({ position }) => position)).toEqual(rest)

    await writer.release(4_000)
    const again = await readAll(reader(), 0, 5_001)
    expect(again.map(({ position }) => position)).toEqual(rest)
    expect(lost).toEqual([
      [from, to],
      [from, to],
    ])
    await writer.append(samplePacket('further'))
    expect(writer.lastPosition()).toBe(5_002)
    await writer.close()
  })

  test('reads everything again from the archive after it was released', async () => {
    const directory = scratchDirectory()
    const path = join(directory, 'journal.db')
    const archive = join(directory, 'archive')
    const writer = new SqliteJournal({ path, archive: await JournalArchive.open(archive) })
    await appendAll(writer, 2_500)
    await Promise.all([writer.release(1_000), writer.release(2_345)])
    const packets = await readAll(new SqliteJournalReader({ path, archive }), 0, 2_500)
    expect(packets.map(({ position }) => position)).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1))
    expect(textOf(packets[1_999].payload)).toBe('packet 2000')
    await writer.close()
  })

  test('says which positions are gone when they were released without an archive', async () => {
    const path = join(scratchDirectory(), 'journal.db')
    const writer = new SqliteJournal({ path })
    await appendAll(writer, 10)
    await writer.release(4)
    const lost: number[][] = []
    const packets = await readAll(new SqliteJournalReader({ path, lost: (from, to) => lost.push([from, to]) }), 0, 10)
    expect(packets[0].position).toBe(5)
    expect(lost).toEqual([[1, 4]])
    await writer.close()
  })
})
