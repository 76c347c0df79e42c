/**
 * Real loads through real servers: mosquitto_pub → Mosquitto → adit serve → InfluxDB 2, twice. Everything is asked from
 * outside: counts from InfluxDB, alerts and books over HTTP.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { z } from 'zod'
import type { Alert } from '../../model/alert.ts'
import { AlertPage } from '../../model/alert-query.ts'
import { type Influxd, startInfluxd } from '../../tests/servers/influxd.ts'
import { type Mosquitto, startMosquitto } from '../../tests/servers/mosquitto.ts'
import { serverPath } from '../../tests/servers/require-server.ts'
import { type ServerProcess, startProcess } from '../../tests/servers/server-process.ts'
import { writeRealLedgers } from './real-ledgers.ts'
import { payloads, type RealLoad } from './real-loads.ts'

const ADIT = join(import.meta.dirname, '../../src/cli/adit.ts')
const GATEWAY = 'real'
const TOPIC = `adit/v1/${GATEWAY}/readings`
const PATIENCE_MS = 300_000

export interface ReplayResult {
  readonly sent: number
  /** Readings that InfluxDB holds after the first and after the second replay. */
  readonly stored: readonly [number, number]
  readonly alerts: readonly Alert[]
  /** Whether the second replay left every alert as it was, to the byte. */
  readonly unchanged: boolean
  /** Seconds from the first message to the last reading in the books, of the first replay. */
  readonly seconds: number
}

export async function replay(loads: readonly RealLoad[]): Promise<ReplayResult> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-real-'))
  const influxd = await startInfluxd()
  const mosquitto = await startMosquitto({ config: ['max_queued_messages 0', 'max_inflight_messages 1000'] })
  let adit: ServerProcess | undefined
  try {
    adit = await startAdit(directory, loads, influxd, mosquitto)
    const http = /http:\/\/\S+/.exec(adit.log())?.[0] ?? ''
    await untilTrue('the broker is connected', adit, async () =>
      Parts.parse(await json(`${http}/api/v1/health`)).parts.some(({ part, status }) => part === 'broker' && status === 'pass'),
    )
    const messages = [...payloads(loads)]
    const sent = messages.reduce((sum, { readings }) => sum + readings, 0)
    const lines = messages.map(({ text }) => text)

    const began = performance.now()
    await publish(mosquitto.port, lines)
    await received(http, sent, adit)
    const seconds = (performance.now() - began) / 1000
    const first = await storedIn(influxd, sent)
    const before = await allAlerts(http)

    await publish(mosquitto.port, lines)
    await received(http, 2 * sent, adit)
    const second = await storedIn(influxd, sent)
    const after = await allAlerts(http)
    return { sent, stored: [first, second], alerts: before, unchanged: JSON.stringify(before) === JSON.stringify(after), seconds }
  } finally {
    await adit?.stop()
    await mosquitto.stop()
    await influxd.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startAdit(
  directory: string,
  loads: readonly RealLoad[],
  influxd: Influxd,
  mosquitto: Mosquitto,
): Promise<ServerProcess> {
  const config = join(directory, 'adit.yaml')
  const data = join(directory, 'data')
  const { url, org, bucket, token } = influxd
  writeFileSync(
    config,
    stringify({
      ...{ log: 'warn', timeZone: 'America/Los_Angeles', http: { port: 0 }, mqtt: { enabled: false } },
      ...{ broker: { url: mosquitto.url, clientId: 'adit' }, store: { kind: 'influxdb', url, org, bucket, token } },
      // The measurements are of 2010 and 2013.
      window: { pastDays: 20_000 },
    }),
  )
  await promisify(execFile)(process.execPath, [
    ADIT,
    'import',
    ...writeRealLedgers(directory, loads),
    '--config',
    config,
    '--data',
    data,
  ])
  return startProcess(process.execPath, [ADIT, 'serve', '--config', config, '--data', data], (log) => log.includes('adit ready'))
}

/** One line, one message, QoS 1. */
async function publish(port: number, lines: readonly string[]): Promise<void> {
  const publisher = spawn(serverPath('mosquitto_pub'), ['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-t', TOPIC, '-l'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const exit = once(publisher, 'exit')
  await pipeline(Readable.from(lines.map((line) => `${line}\n`)), publisher.stdin)
  const [code] = await exit
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}`)
}

const Parts = z.object({ parts: z.array(z.object({ part: z.string(), status: z.string() })) })
const Books = z.object({
  items: z.array(z.object({ gateway: z.string(), book: z.object({ received: z.number(), pending: z.number() }) })),
})

async function received(http: string, readings: number, adit: ServerProcess): Promise<void> {
  await untilTrue(`${readings} readings are in the books`, adit, async () => {
    const { items } = Books.parse(await json(`${http}/api/v1/gateways`))
    return items.some(({ gateway, book }) => gateway === GATEWAY && book.received >= readings)
  })
}

async function allAlerts(http: string): Promise<Alert[]> {
  const alerts: Alert[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = AlertPage.parse(
      await json(`${http}/api/v1/alerts?state=all&limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`),
    )
    alerts.push(...page.items)
    cursor = page.nextCursor
  }
  return alerts
}

/** Readings in InfluxDB; waits until there are as many as expected, or until it is clear that there will not be. */
async function storedIn({ url, org, bucket, token }: Influxd, expected: number): Promise<number> {
  const query = `from(bucket: "${bucket}") |> range(start: 1970-01-01T00:00:00Z) |> filter(fn: (r) => r._measurement == "reading" and r._field == "energy_wh") |> group() |> count()`
  const deadline = performance.now() + 60_000
  for (;;) {
    const response = await fetch(`${url}/api/v2/query?org=${org}`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
      body: query,
    })
    const text = await response.text()
    const count = Number(/,(\d+)\s*$/.exec(text.trim())?.[1] ?? 0)
    if (count >= expected || performance.now() > deadline) return count
    await delay(500)
  }
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

async function untilTrue(what: string, adit: ServerProcess, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}:\n${adit.log().slice(-3000)}`)
    await delay(100)
  }
}
