import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'

test('every bug that the fault runs are tried with can still be put into the code of today', () => {
  const times = ({ file, find }: { file: string; find: string }) =>
    readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8').split(find).length - 1
  const stale = MUTANTS.flatMap(({ name, edits }) =>
    edits.filter((edit) => times(edit) !== 1).map(({ file }) => `${name}: ${file}`),
  )
  expect(stale).toEqual([])
  expect(MUTANTS.length).toBeGreaterThanOrEqual(12)
})
