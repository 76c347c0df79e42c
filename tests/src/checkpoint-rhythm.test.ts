import { expect, test } from 'vitest'
import { CheckpointRhythm } from '../../src/checkpoint-rhythm.ts'
import { insist } from '../../src/insist.ts'
import { WaitingTime } from '../../src/waiting-time.ts'

const HOUR = 3_600_000
const SECOND = 1_000

function rhythmAt(clock: { ms: number }) {
  const now = () => clock.ms
  const waits = new WaitingTime(now)
  return { waits, rhythm: new CheckpointRhythm(now, () => waits.spent, 20 * SECOND) }
}

test('an hour in which the disk was full does not put off the checkpoint after it', async () => {
  const clock = { ms: 0 }
  const { waits, rhythm } = rhythmAt(clock)
  clock.ms = 20 * SECOND
  expect(rhythm.due(true)).toBe(true)
  let full = true
  const release = () => {
    clock.ms += SECOND / 10
    if (full) throw new Error('ENOSPC: no space left on device, write')
  }
  await insist(release, AbortSignal.timeout(10_000), (trouble) => {
    waits.hear(trouble)
    // somebody sees to it an hour later
    if (trouble) clock.ms += HOUR
    full = false
  })
  rhythm.saved()
  clock.ms += 20 * SECOND
  expect(rhythm.due(true)).toBe(true)
})

test('a checkpoint that took a minute by itself is not made again before twenty', () => {
  const clock = { ms: 20 * SECOND }
  const { rhythm } = rhythmAt(clock)
  clock.ms += 20 * SECOND
  expect(rhythm.due(true)).toBe(true)
  clock.ms += 60 * SECOND
  rhythm.saved()
  clock.ms += 1_199 * SECOND
  expect(rhythm.due(true)).toBe(false)
  clock.ms += SECOND
  expect(rhythm.due(false)).toBe(false)
  expect(rhythm.due(true)).toBe(true)
})
