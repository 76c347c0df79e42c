/** One flipped bit in files that tell of others: where the journal ends, what databases were, copies of them, the first token. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noteOf } from '../../ingest/journal-end.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { TokenStore } from '../../src/api/tokens.ts'
import { type DataFiles, dataFiles, lockDataDirectory } from '../../src/data-directory.ts'
import { keepCopies } from '../../src/database-copies.ts'
import { examineAdminToken } from '../../src/examine-admin-token.ts'
import { examineFiles, sealDatabases } from '../../src/examine-files.ts'
import { readSeals } from '../../src/file-seals.ts'
import { samplePacket } from '../ingest/sample-packet.ts'

const PACKETS = 40
let directory: string
let files: DataFiles

/** A journal, all of which was judged, and tokens, as a stop in peace leaves them. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-rotten-'))
  files = dataFiles(join(directory, 'data'))
  mkdirSync(files.directory)
  const journal = new SqliteJournal({ path: files.journal })
  await Promise.all(Array.from({ length: PACKETS }, (_, index) => journal.append(samplePacket(`packet ${index}`))))
  await journal.release(PACKETS)
  await journal.close()
  const tokens = new TokenStore(files.tokens)
  writeFileSync(files.adminToken, `${tokens.add('admin', 0)}\n`)
  tokens.close()
  await keepCopies(files)
  await sealDatabases(files)
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** As rot does it: the time of change stays. */
function flip(path: string, at: number, mask: number): void {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[at] ^= mask
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

/** Some bits of a file in turn, `looks` of them or all, in a directory that is otherwise as it was. */
async function atEachBit(name: string, looks: number, look: (bit: string) => unknown): Promise<void> {
  const before = join(directory, 'before')
  cpSync(files.directory, before, { recursive: true, preserveTimestamps: true })
  const bits = readFileSync(join(before, name)).length * 8
  for (let bit = 0; bit < bits; bit += Math.ceil(bits / looks) | 1) {
    rmSync(files.directory, { recursive: true, force: true })
    cpSync(before, files.directory, { recursive: true, preserveTimestamps: true })
    flip(join(files.directory, name), bit >> 3, 1 << (bit & 7))
    await look(`bit ${bit & 7} of byte ${bit >> 3} of ${name}`)
  }
}

/** Every bit of a small file in turn, or some, without anything around it. */
function atEveryBit(path: string, look: (bit: string) => unknown, every = 1): void {
  const written = readFileSync(path)
  for (let bit = 0; bit < written.length * 8; bit += every) {
    flip(path, bit >> 3, 1 << (bit & 7))
    look(`bit ${bit & 7} of byte ${bit >> 3} of ${basename(path)}`)
    writeFileSync(path, written)
  }
  expect(written.length).toBeGreaterThan(10)
}

test('nothing is said of files that are as they were left, and afterwards they are as they were', async () => {
  expect(await examineFiles(files)).toEqual([])
  expect(await keepCopies(files)).toEqual([])
  expect(existsSync(files.damaged)).toBe(false)
})

test('whatever bit flips in the note of where the journal ends, the start says so and notes it anew', async () => {
  const written = readFileSync(`${files.journal}-end`)
  atEveryBit(`${files.journal}-end`, (bit) => expect(noteOf(files.journal), bit).toBe('damaged'))
  await atEachBit('journal.db-end', 16, async (bit) => {
    const rotten = readFileSync(`${files.journal}-end`)
    const found = await examineFiles(files)
    expect(found, bit).toMatchObject([{ file: 'journal.db-end', reason: 'its checksum does not hold' }])
    expect(readFileSync(found[0].place)).toEqual(rotten)
    expect(readFileSync(`${files.journal}-end`)).toEqual(written)
  })
})

test('a note of where a journal ends that is gone, or cannot be read itself, keeps nothing from starting', async () => {
  flip(`${files.journal}-end`, 3, 1)
  writeFileSync(files.journal, readFileSync(files.journal).fill(0x5a, 0, 100))
  // too large to be looked through before something goes wrong with it
  truncateSync(files.journal, 65 * 1024 * 1024)
  expect(await examineFiles(files)).toMatchObject([{ file: 'journal.db-end' }])
  rmSync(files.journal)
  writeFileSync(`${files.journal}-end`, 'x')
  expect(await examineFiles(files)).toMatchObject([{ file: 'journal.db-end' }])
  expect(await examineFiles(files)).toEqual([])
})

test('whatever bit flips in the seals, the start says so and looks through the databases', async () => {
  const look = (bit: string) => expect(readSeals(files.directory, join(directory, 'aside')).damaged, bit).toBeDefined()
  atEveryBit(join(files.directory, 'seals.json'), look, 13)
  await atEachBit('seals.json', 12, async (bit) => {
    const rotten = readFileSync(join(files.directory, 'seals.json'))
    const found = await examineFiles(files)
    expect(found, bit).toMatchObject([{ file: 'seals.json', reason: 'its checksum does not hold' }])
    expect(readFileSync(found[0].place)).toEqual(rotten)
  })
})

test('wherever a bit flips in the journal of a service that was stopped, the start says so, and its positions go on', async () => {
  await atEachBit('journal.db', 30, async (bit) => {
    expect(await examineFiles(files), bit).toContainEqual(
      expect.objectContaining({ file: 'journal.db', reason: 'it changed while nobody wrote to it' }),
    )
    const { last, lost } = await appendedBehind()
    expect({ last, lost }, bit).toEqual({ last: PACKETS + 1, lost: [] })
  })
})

test('a bit that flips in the number of packets released passes over none that come after', async () => {
  const bytes = readFileSync(files.journal)
  const at = bytes.indexOf('released', bytes.indexOf('CREATE TABLE meta') + 100) + 'released'.length
  expect(bytes[at]).toBe(PACKETS)
  for (let bit = 0; bit < 7; bit++) {
    const before = join(directory, 'before')
    cpSync(files.directory, before, { recursive: true, preserveTimestamps: true })
    flip(files.journal, at, 1 << bit)
    expect(await examineFiles(files)).toContainEqual(expect.objectContaining({ file: 'journal.db' }))
    expect(await appendedBehind(), `bit ${bit}`).toEqual({ last: PACKETS + 1, lost: [] })
    rmSync(files.directory, { recursive: true, force: true })
    cpSync(before, files.directory, { recursive: true, preserveTimestamps: true })
  }
})

/** What a reader that has judged all packets finds when one more comes. */
async function appendedBehind(): Promise<{ last: number; lost: number[][] }> {
  const journal = new SqliteJournal({ path: files.journal })
  await journal.append(samplePacket('one more'))
  await journal.close()
  const lost: number[][] = []
  const reader = new SqliteJournalReader({ path: files.journal, lost: (from, to) => lost.push([from, to]) })
  const enough = new AbortController()
  let last = 0
  for await (const { packets, position } of reader.readFrom(PACKETS, enough.signal)) {
    last = packets.at(-1)?.position ?? 0
    if (position >= reader.lastPosition()) break
  }
  reader.close()
  return { last, lost }
}

test.each(['tokens.db', 'seals.json'])(
  'wherever a bit flips in %s of the copies, it is said before another takes its place',
  async (name) => {
    const path = join(files.copies, name)
    await atEachBit(join('copies', name), 20, async (bit) => {
      const rotten = readFileSync(path)
      const found = await keepCopies(files)
      expect(found, bit).toMatchObject([{ file: `copies/${name}` }])
      expect(readFileSync(found[0].place)).toEqual(rotten)
      expect(await keepCopies(files)).toEqual([])
    })
  },
)

test('a copy in which a bit has flipped does not take the place of a damaged database', async () => {
  const copy = join(files.copies, basename(files.tokens))
  const bytes = readFileSync(copy)
  flip(copy, bytes.indexOf('admin') + 1, 1)
  writeFileSync(files.tokens, readFileSync(files.tokens).fill(0x5a, 4_096, 4_200))
  const [found] = await examineFiles(files)
  expect(found).toMatchObject({ file: 'tokens.db', instead: expect.stringContaining('rows that could be read') })
})

test('whatever bit flips in the first token, it is put right', () => {
  const written = readFileSync(files.adminToken)
  const tokens = new TokenStore(files.tokens)
  atEveryBit(files.adminToken, (bit) => {
    const rotten = readFileSync(files.adminToken)
    const found = examineAdminToken(files, tokens)
    expect(found, bit).toMatchObject({ file: 'admin-token', reason: 'a bit had flipped' })
    expect(readFileSync(found?.place ?? '')).toEqual(rotten)
    expect(readFileSync(files.adminToken)).toEqual(written)
  })
  tokens.close()
})

test('a first token that was revoked is nothing to be told, and one that is torn is put aside once', () => {
  const tokens = new TokenStore(files.tokens)
  const torn = readFileSync(files.adminToken).subarray(0, 20)
  expect(examineAdminToken(files, tokens)).toBeUndefined()
  for (const { name } of tokens.list()) tokens.revoke(name)
  expect(examineAdminToken(files, tokens)).toBeUndefined()
  writeFileSync(files.adminToken, torn)
  expect(examineAdminToken(files, tokens)).toMatchObject({ file: 'admin-token', reason: 'it holds no token' })
  expect(examineAdminToken(files, tokens)).toBeUndefined()
  tokens.close()
})

test('whatever bit flips in what a killed service leaves of its lock, the lock is taken as ever', async () => {
  const unlock = lockDataDirectory(files.directory)
  const left = readFileSync(join(files.directory, 'lock.db-journal'))
  unlock()
  const path = join(files.directory, 'lock.db-journal')
  expect(left.length).toBeGreaterThan(0)
  // all of its header, some of the rest
  for (let bit = 0; bit < left.length * 8; bit += bit < 512 ? 1 : 61) {
    const rotten = Buffer.from(left)
    rotten[bit >> 3] ^= 1 << (bit & 7)
    writeFileSync(path, rotten)
    lockDataDirectory(files.directory)()
    expect(existsSync(path), `bit ${bit}`).toBe(false)
    expect(statSync(join(files.directory, 'lock.db')).size).toBe(0)
  }
})

test('what SQLite shares in memory about a log is made anew from the log, whatever bit of it had flipped', () => {
  const path = join(files.directory, 'shared.db')
  const living = new DatabaseSync(path)
  living.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)')
  const left = ['', '-wal', '-shm'].map((part) => [part, readFileSync(`${path}${part}`)] as const)
  living.close()
  const index = left[2][1]
  for (let bit = 0; bit < index.length * 8; bit += 1_031) {
    for (const [part, bytes] of left) writeFileSync(`${path}${part}`, bytes)
    flip(`${path}-shm`, bit >> 3, 1 << (bit & 7))
    const opened = new DatabaseSync(path)
    expect(opened.prepare('SELECT sum(n) AS sum FROM t').get(), `bit ${bit}`).toEqual({ sum: 6 })
    opened.close()
  }
})
