import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { runAdit, type Started, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import { runSpoofs } from './spoof-run.ts'

/** FAULT_SEED draws other attempts. */
const seed = process.env.FAULT_SEED ?? '1127'

test('of two thousand attempts to speak for another gateway or its meters none is taken, and each is counted', async () => {
  const { attempts, accepted, refusedAtEdge, keptInQuarantine, uncounted, complaints, kinds } = await runSpoofs({
    seed,
    attempts: 2_000,
  })
  expect(complaints, `seed ${seed}`).toEqual([])
  expect({ accepted, uncounted }).toEqual({ accepted: 0, uncounted: 0 })
  expect([attempts, refusedAtEdge + keptInQuarantine]).toEqual([2_000, 2_000])
  expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(15)
})

const Gateways = z.object({
  items: z.array(z.object({ gateway: z.string(), meters: z.int(), book: z.object({ stored: z.int(), quarantined: z.int() }) })),
})

test('whose a meter is survives kill -9 before and after a checkpoint, and moves when people say so', async () => {
  const data = mkdtempSync(join(tmpdir(), 'adit-owners-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  await seedLedger(data, 4)
  const passwords: Record<string, string> = {}
  for (const gateway of ['gw-1', 'gw-2']) {
    const added = await runAdit('gateway', 'add', gateway, '--data', data, '--json')
    passwords[gateway] = z.object({ password: z.string() }).parse(JSON.parse(added.stdout)).password
  }
  let running: Started | undefined
  onTestFinished(() => void running?.process.kill('SIGKILL'))
  let [http, port] = ['', 0]
  const start = async (checkpointSeconds: string) => {
    running?.process.kill('SIGKILL')
    await running?.ended
    const words = ['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']
    running = startAdit(words, { ADIT_CHECKPOINT_SECONDS: checkpointSeconds })
    const addresses = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await running.firstLine)
    ;[http, port] = [addresses?.[1] ?? '', Number(addresses?.[2])]
  }
  let interval = 0
  const send = async (gateway: string) => {
    const at = new Date(Math.floor(Date.now() / 900_000) * 900_000 - 86_400_000 + 900_000 * interval++).toISOString()
    const payload = JSON.stringify({ start: at, seconds: 900, readings: ['m0', 'm1', 'm2', 'm3'].map((meter) => [meter, 100]) })
    const publisher = await RawPublisher.connect(port, gateway, passwords[gateway])
    expect(await publisher.publish(`adit/v1/${gateway}/readings`, Buffer.from(payload))).toBe(true)
    publisher.close()
  }
  const books = async () => {
    const { items } = Gateways.parse(await (await fetch(`${http}/api/v1/gateways`)).json())
    return items.map(({ gateway, meters, book }) => [gateway, meters, book.stored, book.quarantined])
  }

  await start('3600')
  await send('gw-1')
  await expect.poll(books).toEqual([
    ['gw-1', 4, 4, 0],
    ['gw-2', 0, 0, 0],
  ])
  await start('0')
  await send('gw-2')
  await expect.poll(books).toEqual([
    ['gw-1', 4, 4, 0],
    ['gw-2', 0, 0, 4],
  ])
  await start('3600')
  const moved = await runAdit('gateway', 'meters', 'gw-2', '--add', 'm0', 'm1', 'mX', '--data', data)
  expect([moved.code, moved.stdout, moved.stderr]).toEqual([
    2,
    'Of gw-2 from now on: 2 meters.\n',
    '  mX: no ledger knows this meter; import the usage points first\n',
  ])
  await send('gw-2')
  await expect.poll(books).toEqual([
    ['gw-1', 2, 4, 0],
    ['gw-2', 2, 2, 6],
  ])
  expect((await runAdit('gateway', 'meters', 'gw-1', '--release', '--data', data)).stdout).toContain('all meters of gw-1')
  expect((await runAdit('gateway', 'meters', 'gw-1', '--data', data)).code).toBe(64)
  await send('gw-2')
  await expect.poll(books).toEqual([
    ['gw-1', 0, 4, 0],
    ['gw-2', 4, 6, 6],
  ])
})
