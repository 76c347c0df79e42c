import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { type Started, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import { freePort } from '../servers/free-port.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/require-server.ts'
import { BROKER_FAULTS, runBrokerFaults } from './broker-run.ts'

/** FAULT_SEED strikes at other moments. */
const seed = process.env.FAULT_SEED ?? '1127'

const Gateways = z.object({
  upstreamGaps: z.array(
    z.object({
      source: z.string(),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      gateways: z.array(z.string()),
      meters: z.int(),
    }),
  ),
})
const Books = z.object({ items: z.array(z.object({ book: z.object({ stored: z.int() }) })) })
const Health = z.object({ parts: z.array(z.object({ part: z.string(), status: z.string(), detail: z.string() })) })

describe.runIf(requireServer('mosquitto'))('behind an external broker', () => {
  test('whatever breaks between the broker and us, what the broker holds is stored, each reading once', async () => {
    const run = await runBrokerFaults(seed, BROKER_FAULTS.length)
    expect(run.complaints, `seed ${seed}`).toEqual([])
    expect({ lost: run.lost, doubled: run.doubled, gaps: run.gaps }).toEqual({ lost: 0, doubled: 0, gaps: 0 })
    expect(run.stored).toBe(BROKER_FAULTS.length * 484)
    // a fault that nothing was under way for tells nothing: some packets must have come again
    expect(run.duplicates).toBeGreaterThan(0)
    expect(Object.keys(run.faults)).toEqual([...BROKER_FAULTS])
  })

  test('a broker that has forgotten our session is told of with the time, the gateways and their meters, after a restart too', async () => {
    const data = mkdtempSync(join(tmpdir(), 'adit-gap-'))
    onTestFinished(() => rmSync(data, { recursive: true, force: true }))
    seedLedger(data, 3)
    const port = await freePort()
    let broker = await startMosquitto({ port })
    onTestFinished(() => broker.stop())
    let running: Started | undefined
    onTestFinished(() => void running?.process.kill('SIGKILL'))
    let http = ''
    const start = async () => {
      running = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0'], {
        ADIT_MQTT_ENABLED: 'false',
        ADIT_BROKER_URL: `mqtt://127.0.0.1:${port}`,
      })
      http = /(http:\S+)/.exec(await running.firstLine)?.[1] ?? ''
    }
    const get = async (path: string): Promise<unknown> => await (await fetch(`${http}${path}`)).json()
    const gaps = async () => Gateways.parse(await get('/api/v1/gateways')).upstreamGaps
    const brokerPart = async () => Health.parse(await get('/api/v1/health')).parts.find(({ part }) => part === 'broker')

    await start()
    await expect.poll(async () => (await brokerPart())?.detail).toContain('connected')
    const at = new Date(Math.floor(Date.now() / 900_000) * 900_000 - 3_600_000).toISOString()
    for (const [gateway, meters] of [
      ['gw-1', ['m0', 'm1']],
      ['gw-2', ['m2']],
    ] as const) {
      const publisher = await RawPublisher.connect(port, gateway, 'any')
      const payload = { start: at, seconds: 900, readings: meters.map((meter) => [meter, 100]) }
      await publisher.publish(`adit/v1/${gateway}/readings`, Buffer.from(JSON.stringify(payload)))
      publisher.close()
    }
    await expect.poll(async () => Books.parse(await get('/api/v1/gateways')).items.map(({ book }) => book.stored)).toEqual([2, 1])
    expect(await gaps()).toEqual([])

    await broker.kill()
    await expect.poll(async () => (await brokerPart())?.status).toBe('fail')
    broker = await startMosquitto({ port })
    const gap = { source: `mqtt://127.0.0.1:${port}`, gateways: ['gw-1', 'gw-2'], meters: 3 }
    await expect.poll(gaps).toMatchObject([gap])
    const [{ from, to }] = await gaps()
    expect(Date.parse(to) - Date.parse(from)).toBeLessThan(120_000)
    const told = await brokerPart()
    expect(told).toMatchObject({ status: 'warn' })
    expect(told?.detail).toMatch(`packets of 2 gateways (gw-1, gw-2) from ${from} to ${to} may be missing`)

    running?.process.kill('SIGTERM')
    await running?.ended
    await start()
    expect(await gaps()).toMatchObject([gap])
    expect((await brokerPart())?.detail).toContain('gw-1')
  })
})
