import { expect, test } from 'vitest'
import { CRASH_POINTS } from '../../ingest/crash-point.ts'
import { runKills } from './kill-run.ts'

/** A minute on a quiet machine; this is for a busy one. */
const PATIENCE = 400_000
/** FAULT_SEED plays a failed run again, as far as a process that is killed can be played again. */
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

test('killed at every crash point and at random, the service keeps each acknowledged reading once and raises the same alerts', {
  timeout: PATIENCE,
}, async () => {
  const story: string[] = []
  const run = await runKills({ seed, kills: 25, days: 40, say: (line) => story.push(line) })
  const told = `seed ${seed}\n${story.join('\n')}`
  console.log(`seed ${seed}: ${run.kills} kills, ${run.packets} packets acknowledged, ${run.lost} lost, ${run.doubled} doubled`)
  expect(run.complaints, told).toEqual([])
  expect({ lost: run.lost, doubled: run.doubled }, told).toEqual({ lost: 0, doubled: 0 })
  expect(
    CRASH_POINTS.filter((point) => !run.points.get(point)),
    `points never hit; ${told}`,
  ).toEqual([])
  expect(run.kills, told).toBeGreaterThanOrEqual(25)
  expect(run.packets, 'all of them acknowledged').toBeGreaterThanOrEqual(50_000)
  // the comparison says little where there is nothing to compare
  expect(run.alerts, told).toBeGreaterThanOrEqual(3)
  expect(run.poisoned, told).toBeGreaterThanOrEqual(500)
})
