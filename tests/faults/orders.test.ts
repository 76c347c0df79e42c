import { expect, test } from 'vitest'
import { runOrders } from './order-run.ts'

test('in whatever order the packets of a day come, however often and in whatever batches, alerts, state and readings are the same', {
  timeout: 60_000,
}, async () => {
  const { different, complaints, ...run } = await runOrders({ seed: '1127', permutations: 12, say: () => {} })
  expect(complaints).toEqual([])
  expect(different).toEqual({ alerts: 0, state: 0, readings: 0, books: 0 })
  // it says little where nothing happens that day
  expect(run.raisedThatDay).toBeGreaterThanOrEqual(3)
  expect(run.usagePoints).toBeGreaterThan(48)
  expect(run.latePackets).toBeGreaterThan(30)
  expect(run.judgedAgain).toBe(12)
})
