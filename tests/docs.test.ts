import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GENERATED_DOCUMENTS, pathOfDocument } from '../scripts/write-docs.ts'

test.each(GENERATED_DOCUMENTS)('%s says what the code does (write it again: node scripts/write-docs.ts)', (path, text) => {
  expect(readFileSync(pathOfDocument(path), 'utf8')).toBe(text())
})
