/** A flipped bit in what a database notes of its own tables, after a kill, when no seal tells of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DataFiles, openDataDirectory } from '../../src/data-directory.ts'
import { examineFiles } from '../../src/examine-files.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'

const EMBEDDED = { kind: 'embedded' } as const
let files: DataFiles

beforeEach(() => {
  files = openDataDirectory(mkdtempSync(join(tmpdir(), 'adit-schema-')))
})

afterEach(() => rmSync(files.directory, { recursive: true, force: true }))

const open = () => DatabaseUsers.open(EMBEDDED, files)

test('is found at the start whichever it is, and the tables are opened again', async () => {
  await (await open()).close()
  const whole = readFileSync(files.users)
  const at = whole.indexOf(/users \d/.exec(whole.toString('latin1'))?.[0] ?? 'never')
  expect(at).toBeGreaterThan(0)
  // the row: its part and its version before its twin, all within these bytes
  for (let place = at - 6; place < at + 7; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const bytes = Buffer.from(whole)
      bytes[place] ^= 1 << bit
      for (const part of ['-wal', '-shm']) rmSync(`${files.users}${part}`, { force: true })
      rmSync(files.copies, { recursive: true, force: true })
      writeFileSync(files.users, bytes)
      const found = await examineFiles(files)
      expect(found, `bit ${bit} of byte ${place}`).toMatchObject([{ file: 'users.db' }])
      await (await open()).close()
    }
  }
})
