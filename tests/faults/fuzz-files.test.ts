import { test } from 'vitest'
import { expectReadersToHold } from './fuzz-readers.ts'

test('whatever bytes a file brings, each reader takes them or says of every row why not', async () => {
  await expectReadersToHold(/CSV/, 8)
})
