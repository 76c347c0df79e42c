import { expect, test } from 'vitest'
import { runFloods } from './flood-run.ts'

test('in floods of packets, of sockets and of bytes that trickle, the gateways beside lose nothing and memory stays bounded', async () => {
  const { calm, floods, refusals } = await runFloods({ seconds: 1, gateways: 5, rate: 10, sockets: 100 })
  expect(floods).toHaveLength(8)
  for (const { name, offered, lost, mostMiB, asked, answered, came, letIn } of [calm, ...floods]) {
    expect(offered, name).toBeGreaterThan(0)
    expect({ lost, answered, letIn }, name).toEqual({ lost: 0, answered: asked, letIn: came })
    expect(mostMiB, name).toBeLessThan(1_024)
  }
  const [one, all, announced] = floods
  expect([one.flooded > 0, all.flooded > 0, announced.closed >= 100]).toEqual([true, true, true])
  expect(refusals['too-large']).toBeGreaterThanOrEqual(100)
})
