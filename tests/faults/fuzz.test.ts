import { expect, test } from 'vitest'
import { fuzzHttp } from './fuzz-http.ts'
import { fuzzMqtt } from './fuzz-mqtt.ts'

/** FAULT_SEED draws other inputs. */
const seed = process.env.FAULT_SEED ?? '1127'

test('whatever bytes a session brings, the edge stays up, and the gateway beside it loses nothing', async () => {
  const { sessions, refusals, honest, honestLost, foreign, failures } = await fuzzMqtt(seed, 2_000)
  expect(failures).toEqual([])
  expect({ honestLost, foreign }).toEqual({ honestLost: 0, foreign: 0 })
  expect([sessions, honest]).toEqual([2_000, 100])
  expect(Object.keys(refusals)).toEqual(expect.arrayContaining(['protocol', 'wrong-password']))
})

test('whatever is asked of the API, it answers with what the document says or with a problem, never with a fault of its own', async () => {
  const { requests, statuses, failures } = await fuzzHttp(seed, 3_000)
  expect(failures).toEqual([])
  expect(requests).toBe(3_000)
  for (const status of ['200', '400', '401', '404']) expect(statuses[status], status).toBeGreaterThan(50)
})
