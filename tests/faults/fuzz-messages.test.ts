import { test } from 'vitest'
import { expectReadersToHold } from './fuzz-readers.ts'

test('whatever bytes a gateway brings, each reader takes them or says why not, and both ways of reading agree', async () => {
  await expectReadersToHold(/^(?!.*CSV)/, 6)
})
