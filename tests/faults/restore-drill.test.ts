import { expect, test } from 'vitest'
import { runDrill } from './restore-drill.ts'

/** FAULT_SEED plays a failed drill again, as far as processes can be played again. */
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

test('a backup taken under load and restored elsewhere has all that was acknowledged before it, and goes on as if undisturbed', {
  timeout: 300_000,
}, async () => {
  const drill = await runDrill(seed, 16)
  const { before, during, missing, sentAgain, complaints, lost, doubled, backup } = drill
  const told = `seed ${seed}: ${before} packets acknowledged before the backup, ${during} after it began, ${sentAgain} sent again; ${backup.files} files in ${backup.seconds} s, ${drill.alerts} alerts`
  console.log(told)
  expect(complaints, told).toEqual([])
  expect({ missing, lost, doubled }, told).toEqual({ missing: 0, lost: 0, doubled: 0 })
  // a drill in which nothing went on proves nothing
  expect(during, told).toBeGreaterThan(500)
  expect(sentAgain, told).toBeGreaterThan(500)
  expect(drill.alerts, told).toBeGreaterThanOrEqual(1)
  expect(drill.poisoned, told).toBeGreaterThanOrEqual(100)
})
