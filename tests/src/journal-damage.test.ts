import '../seeds.ts'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JournalArchive } from '../../ingest/journal-archive.ts'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { examineFiles } from '../../src/examine-files.ts'
import { samplePacket } from '../ingest/sample-packet.ts'
import { killedJournal, textAt, whatIsThere } from './killed-journal.ts'

const PACKETS = 120
const ALL = Array.from({ length: PACKETS }, (_, index) => index + 1)
const FRAME_BYTES = 8_192 + 24

describe('the journal after a kill', () => {
  let directory: string
  let killed: string
  const log = (data: string) => join(data, 'journal.db-wal')

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'adit-journal-damage-'))
    killed = await killedJournal(directory, PACKETS)
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  function damaged(change: (log: string) => void): string {
    const data = join(directory, 'damaged')
    rmSync(data, { recursive: true, force: true })
    cpSync(killed, data, { recursive: true })
    change(log(data))
    return data
  }

  function zeroed(path: string, from: number, bytes: number): void {
    writeFileSync(path, readFileSync(path).fill(0, from, from + bytes))
  }

  test('is read to its end, and nothing is said of it', async () => {
    const data = damaged(() => {})
    expect(await examineFiles(dataFiles(data))).toEqual([])
    expect(await whatIsThere(data)).toEqual({ packets: ALL, lost: [] })
  })

  test('a bit that has flipped anywhere in its log is found and mostly put right; what cannot be read is named', async () => {
    const { size } = statSync(log(killed))
    let putRight = 0
    const anywhere = fc.tuple(
      fc.oneof({ weight: 1, arbitrary: fc.nat(31) }, { weight: 9, arbitrary: fc.nat(size - 1) }),
      fc.nat(7),
    )
    await fc.assert(
      fc.asyncProperty(anywhere, async ([at, bit]) => {
        const data = damaged((path) => {
          const bytes = readFileSync(path)
          bytes[at] ^= 1 << bit
          writeFileSync(path, bytes)
        })
        const asFound = readFileSync(log(data))
        const [found] = await examineFiles(dataFiles(data))
        expect(found).toMatchObject({ file: 'journal.db-wal' })
        expect(readFileSync(found.place).equals(asFound)).toBe(true)
        const { packets, lost } = await whatIsThere(data)
        expect([...packets, ...lost].sort((a, b) => a - b)).toEqual(ALL)
        if (/had flipped/.test(found.reason)) expect(lost).toEqual([])
        if (lost.length === 0) putRight++
      }),
      { numRuns: 60 },
    )
    expect(putRight).toBeGreaterThan(45)
  })

  test('a write that was cut off at its end is no damage', async () => {
    const torn = damaged((path) => {
      const bytes = readFileSync(path)
      const last = bytes.subarray(bytes.length - FRAME_BYTES)
      // frames of a commit that never ended, of which one did not come to the disk
      appendFileSync(
        path,
        Buffer.concat([last, Buffer.concat([last.subarray(0, 24), Buffer.alloc(8_192)]), last.subarray(0, 3_000)]),
      )
    })
    expect(await examineFiles(dataFiles(torn))).toEqual([])
    expect(await whatIsThere(torn)).toEqual({ packets: ALL, lost: [] })
  })

  test('what lies behind a stretch that was zeroed is read, and what was in it is named', async () => {
    const middle = 32 + 40 * FRAME_BYTES
    const data = damaged((path) => zeroed(path, middle + 100, 12_000))
    const [found] = await examineFiles(dataFiles(data))
    expect(found).toMatchObject({ file: 'journal.db-wal', reason: `its write-ahead log is damaged at byte ${middle}` })
    const { packets, lost } = await whatIsThere(data)
    expect([...packets, ...lost].sort((a, b) => a - b)).toEqual(ALL)
    expect(packets.at(-1)).toBe(PACKETS)
    expect(lost.length).toBeLessThan(20)
  })

  test.each([
    ['torn off', (path: string) => truncateSync(path, statSync(path).size - 5 * FRAME_BYTES)],
    ['zeroed', (path: string) => zeroed(path, statSync(path).size - 5 * FRAME_BYTES, 5 * FRAME_BYTES)],
    ['zeroed from its first byte on', (path: string) => zeroed(path, 0, 200_000)],
  ])('acknowledged packets whose log is %s are known to be gone, and their positions are not given again', async (_, change) => {
    const data = damaged(change)
    const found = await examineFiles(dataFiles(data))
    expect(found).toMatchObject([{ file: 'journal.db', remedy: expect.stringContaining('send again') }])
    expect(found[0].reason).toMatch(new RegExp(`^it ends at position \\d+, and up to ${PACKETS} packets were acknowledged$`))
    expect(readdirSync(join(data, 'damaged'))).toEqual(['journal.db-wal.1'])
    await appendOne(data)
    const { packets, lost } = await whatIsThere(data)
    expect([...packets, ...lost].sort((a, b) => a - b)).toEqual([...ALL, PACKETS + 1])
    expect(lost).toContain(PACKETS)
    expect(packets).toContain(PACKETS + 1)
    expect(await examineFiles(dataFiles(data))).toEqual([])
  })

  test('what a journal without its end had archived is read from the archive', async () => {
    const data = damaged(() => {})
    const archive = await JournalArchive.open(join(data, 'archive'))
    const journal = new SqliteJournal({ path: join(data, 'journal.db'), archive })
    await journal.release(PACKETS - 1)
    await journal.close()
    for (const name of ['journal.db', 'journal.db-wal']) cpSync(join(killed, name), join(data, name))
    truncateSync(log(data), statSync(log(data)).size - 20 * FRAME_BYTES)
    expect(await examineFiles(dataFiles(data))).toHaveLength(1)
    expect(await whatIsThere(data)).toEqual({ packets: ALL.slice(0, -1), lost: [PACKETS] })
  })

  async function appendOne(data: string): Promise<void> {
    const journal = new SqliteJournal({ path: join(data, 'journal.db') })
    await journal.append(samplePacket(textAt(PACKETS)))
    await journal.close()
  }
})
