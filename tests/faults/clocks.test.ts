import { expect, test } from 'vitest'
import { runClockSteps, runZones, STEPS, ZONES } from './clock-run.ts'

test('when the system clock jumps by hours and days, packets are acknowledged all the same and no verdict changes', {
  timeout: 400_000,
}, async () => {
  const run = await runClockSteps(26)
  expect(run.complaints).toEqual([])
  expect({ lost: run.lost, doubled: run.doubled, steps: run.steps }).toEqual({ lost: 0, doubled: 0, steps: STEPS.length })
  expect(run.acknowledged).toBeGreaterThan(10_000)
  expect(run.alerts).toBeGreaterThanOrEqual(3)
})

test('adit detect finds the same, byte for byte, whatever zone the machine is in, over the day of 25 hours too', async () => {
  const { outputs, alerts } = await runZones()
  expect(outputs).toHaveLength(ZONES.length)
  expect(new Set(outputs).size).toBe(1)
  expect(alerts).toBeGreaterThan(0)
})
