import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { startEdge } from './edge-fixture.ts'

test('strangers who hold all connections give way to a gateway that comes, and who is logged in does not', async () => {
  const edge = await startEdge({ connections: 3 })
  const early = await RawPublisher.connect(edge.port, 'gw-1', edge.password, 'early')
  const [first, second] = [connect(edge.port, '127.0.0.1'), connect(edge.port, '127.0.0.1')]
  const gone = [once(first, 'close'), once(second, 'close')]
  await Promise.all([once(first, 'connect'), once(second, 'connect')])
  const late = await RawPublisher.connect(edge.port, 'gw-1', edge.password, 'late')
  await gone[0]
  expect(second.closed).toBe(false)
  const last = await RawPublisher.connect(edge.port, 'gw-1', edge.password, 'last')
  await gone[1]
  expect([early, late, last].map(({ closed }) => closed)).toEqual([false, false, false])
  await expect(RawPublisher.connect(edge.port, 'gw-1', edge.password, 'no room')).rejects.toThrow('closed')
  for (const publisher of [early, late, last]) publisher.close()
})
