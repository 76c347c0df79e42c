import { expect, test } from 'vitest'
import { USUAL_KINDS } from './damage-file.ts'
import { runDamages } from './damage-run.ts'

/** A minute on a quiet machine; this is for a busy one. */
const PATIENCE = 500_000
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

test('whichever file of a data directory rots, the service starts, says so, and has all that was not in it', {
  timeout: PATIENCE,
}, async () => {
  const story: string[] = []
  const run = await runDamages({ seed, times: 1, days: 4, say: (line) => story.push(line) })
  console.log(`seed ${seed}: ${run.tries.length} damaged files, ${run.tries.filter(({ reported }) => reported).length} reported`)
  expect(run.complaints, `seed ${seed}\n${story.join('\n')}`).toEqual([])
  expect(run.tries.map(({ file }) => file)).toEqual(expect.arrayContaining(USUAL_KINDS))
})
