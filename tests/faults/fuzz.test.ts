import { expect, test } from 'vitest'
import { fuzzHttp } from './fuzz-http.ts'
import { fuzzMqtt } from './fuzz-mqtt.ts'
import { fuzzReaders } from './fuzz-run.ts'

/** FAULT_SEED draws other inputs. */
const seed = process.env.FAULT_SEED ?? '1127'

test('whatever bytes a gateway or a file brings, each reader takes them or says why not, and both ways of reading agree', async () => {
  const readers = await fuzzReaders({ seed, inputs: 20_000, guidedShare: 0.2 })
  expect(readers.flatMap(({ failures }) => failures)).toEqual([])
  // without these the inputs reach nothing
  expect(readers.length).toBe(14)
  for (const { name, blocks } of readers) expect(blocks, name).toBeGreaterThan(3)
})

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
