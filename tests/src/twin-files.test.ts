/** One flipped bit in the small files without which nothing starts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DataFiles, openDataDirectory, raiseFormat } from '../../src/data-directory.ts'
import { directoryId } from '../../src/directory-id.ts'
import { examineFiles } from '../../src/examine-files.ts'
import { KnownRows } from '../../src/known-rows.ts'
import { hamlet } from '../detectors/county.ts'

let files: DataFiles
let id: string

beforeEach(() => {
  files = openDataDirectory(mkdtempSync(join(tmpdir(), 'adit-twins-')))
  raiseFormat(files)
  id = directoryId(files.directoryId)
  new KnownRows(files.ledgerRows).accept(hamlet(4), 'PostgreSQL')
})

afterEach(() => rmSync(files.directory, { recursive: true, force: true }))

const SMALL = ['format', 'directoryId', 'ledgerRows'] as const

test.each(SMALL)(
  'whatever bit flips in %s or its twin, nothing refuses to go on, and the start tells and mends it',
  async (name) => {
    const path = files[name]
    const written = readFileSync(path)
    const twin = readFileSync(`${path}.twin`)
    const places = [path, `${path}.twin`].flatMap((file) => bitsOf(readFileSync(file)).map((bit) => ({ file, ...bit })))
    // the longest has thousands; a start for each takes a while
    const some = places.filter((_, i) => i % Math.ceil(places.length / 120) === 0)
    for (const { file, at, mask } of some) {
      const bytes = readFileSync(file)
      bytes[at] ^= mask
      writeFileSync(file, bytes)
      expect(() => openDataDirectory(files.directory)).not.toThrow()
      expect(directoryId(files.directoryId)).toBe(id)
      expect(() => new KnownRows(files.ledgerRows).accept(hamlet(4), 'PostgreSQL')).not.toThrow()
      const found = await examineFiles(files)
      expect(found).toMatchObject([{ file: file.slice(files.directory.length + 1), reason: 'a bit had flipped' }])
      expect(readFileSync(found[0].place)).toEqual(bytes)
      expect(readFileSync(path)).toEqual(written)
      expect(readFileSync(`${path}.twin`)).toEqual(twin)
    }
    expect(some.length).toBeGreaterThan(50)
  },
)

test('what an older program wrote since is believed, and a file that has no twin gets one', async () => {
  rmSync(`${files.ledgerRows}.twin`)
  writeFileSync(files.directoryId, '0123456789abcdef\n')
  expect(await examineFiles(files)).toEqual([])
  expect(directoryId(files.directoryId)).toBe('0123456789abcdef')
  for (const path of [files.ledgerRows, files.directoryId]) {
    expect(readFileSync(`${path}.twin`).subarray(4)).toEqual(readFileSync(path))
  }
})

function bitsOf(bytes: Buffer): { at: number; mask: number }[] {
  return [...bytes.keys()].flatMap((at) => Array.from({ length: 8 }, (_, bit) => ({ at, mask: 1 << bit })))
}
