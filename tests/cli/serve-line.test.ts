import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GatewayBook } from '../../model/gateway-book.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

const QUARTER = 900
let data: string
let running: Started | undefined
let http: string
let mqtt: string
let password: string

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'adit-line-'))
  seedLedger(data, 4)
  password = JSON.parse((await runAdit('gateway', 'add', 'gw-1', '--data', data, '--json')).stdout).password
  await serve()
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  rmSync(data, { recursive: true })
})

async function serve(environment: Record<string, string> = {}): Promise<void> {
  running = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'], environment)
  const addresses = /(http:\S+) {2}(mqtt:\S+)/.exec(await running.firstLine)
  if (!addresses) throw new Error('not ready')
  http = addresses[1]
  mqtt = addresses[2]
}

function login(): Promise<MqttClient> {
  return connectAsync(mqtt, { username: 'gw-1', password, protocolVersion: 4, reconnectPeriod: 0 })
}

const EPOCH = Math.floor(Date.now() / 1000 / QUARTER) * QUARTER - 20 * 86_400

/** One packet with the readings of all four meters for an interval. */
function packetOf(interval: number): string {
  const start = new Date((EPOCH + interval * QUARTER) * 1000).toISOString()
  return JSON.stringify({ start, seconds: QUARTER, readings: [0, 1, 2, 3].map((meter) => [`m${meter}`, 100 + interval + meter]) })
}

async function bookOf(gateway: string): Promise<GatewayBook | undefined> {
  const { items }: { items: { gateway: string; book: GatewayBook }[] } = await (await fetch(`${http}/api/v1/gateways`)).json()
  return items.find((item) => item.gateway === gateway)?.book
}

/** The book once nothing is pending in the journal any more. */
async function settledBook(): Promise<GatewayBook | undefined> {
  for (;;) {
    const { pending }: { pending: number } = await (await fetch(`${http}/api/v1/summary`)).json()
    if (pending === 0) return bookOf('gw-1')
    await delay(20)
  }
}

test('readings that are sent twice count once, and a correction is told from a repetition', async () => {
  const client = await login()
  for (const interval of [0, 1, 1, 0]) await client.publishAsync('adit/v1/gw-1/readings', packetOf(interval), { qos: 1 })
  await client.publishAsync('adit/v1/gw-1/readings', packetOf(1).replace('["m0",101]', '["m0",150]'), { qos: 1 })
  await client.publishAsync('adit/v1/gw-1/readings', '{"start":', { qos: 1 })
  await client.endAsync()
  const book = await settledBook()
  expect(book).toMatchObject({ received: 21, quarantined: 1, pending: 0 })
  expect(book?.duplicate).toBe(11)
  expect((book?.stored ?? 0) + (book?.superseded ?? 0)).toBe(9)

  const from = new Date(EPOCH * 1000).toISOString()
  const to = new Date((EPOCH + 2 * QUARTER) * 1000).toISOString()
  const profile = await (await fetch(`${http}/api/v1/usage-points/P0/load-profile?from=${from}&to=${to}`)).json()
  expect(profile).toMatchObject({ start: [EPOCH, EPOCH + QUARTER], energyWh: [100, 150], revisions: [1, 2] })
})

test('a service that is killed again and again judges on without a gap and without counting twice', async () => {
  const intervals = 400
  let acknowledged = 0
  for (let kills = 0; acknowledged < intervals; ) {
    const client = await login()
    client.on('error', () => {})
    const limit = kills < 3 ? acknowledged + 90 : intervals
    try {
      while (acknowledged < limit) {
        await client.publishAsync('adit/v1/gw-1/readings', packetOf(acknowledged), { qos: 1 })
        acknowledged++
      }
    } finally {
      client.end(true)
    }
    if (kills < 3) {
      running?.process.kill(kills === 1 ? 'SIGTERM' : 'SIGKILL')
      await running?.ended
      await serve()
      kills++
    }
  }
  const book = await settledBook()
  expect(book).toEqual({
    received: 4 * intervals,
    stored: 4 * intervals,
    duplicate: 0,
    superseded: 0,
    quarantined: 0,
    pending: 0,
  })
  const from = new Date(EPOCH * 1000).toISOString()
  const to = new Date((EPOCH + intervals * QUARTER) * 1000).toISOString()
  for (const meter of [0, 3]) {
    const profile = await (await fetch(`${http}/api/v1/usage-points/P${meter}/load-profile?from=${from}&to=${to}`)).json()
    expect(profile.energyWh).toEqual(Array.from({ length: intervals }, (_, interval) => 100 + interval + meter))
    expect(new Set(profile.revisions)).toEqual(new Set([1]))
  }
})

test('with other detectors everything is judged again from the archive, and the books come out the same', async () => {
  const client = await login()
  for (let interval = 0; interval < 20; interval++) {
    await client.publishAsync('adit/v1/gw-1/readings', packetOf(interval), { qos: 1 })
  }
  await client.endAsync()
  const before = await settledBook()
  running?.process.kill('SIGTERM')
  await running?.ended
  await serve({ ADIT_DETECTORS_RAISE_AT: '0.77' })
  expect(await settledBook()).toEqual(before)
  expect(before?.stored).toBe(80)
  running?.process.kill('SIGTERM')
  expect((await running?.ended)?.stderr).toMatch(/everything is judged again from the archive/)
})

test('a ledger that is imported beside the service is used, and what was refused before it can be tried again', async () => {
  const client = await login()
  const refused = packetOf(0).replace('"m3"', '"m4"')
  await client.publishAsync('adit/v1/gw-1/readings', refused, { qos: 1 })
  await client.endAsync()
  expect(await settledBook()).toMatchObject({ received: 4, stored: 3, quarantined: 1 })

  seedLedger(data, 5)
  const token = (await runAdit('token', 'add', '--role', 'integrator', '--data', data, '--json')).stdout
  const replay = () =>
    fetch(`${http}/api/v1/quarantine/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${JSON.parse(token).token}`, 'content-type': 'application/json' },
      body: '{"code":"unknown-meter"}',
    })
  let stored = 0
  while (stored < 4) {
    expect((await replay()).status).toBe(200)
    stored = (await settledBook())?.stored ?? 0
    await delay(100)
  }
  const { items } = await (await fetch(`${http}/api/v1/quarantine`)).json()
  expect(items).toEqual([])
})
