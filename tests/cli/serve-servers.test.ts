import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InfluxStore } from '../../src/stores/influx-store.ts'
import { type Influxd, startInfluxd } from '../servers/influxd.ts'
import { type Mosquitto, startMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/require-server.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

const QUARTER = 900

describe.runIf(requireServer('influxd') && requireServer('mosquitto'))('with an external broker and InfluxDB', () => {
  let directory: string
  let config: string
  let influxd: Influxd
  let mosquitto: Mosquitto
  let service: Started
  let http: string

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'adit-servers-'))
    influxd = await startInfluxd()
    mosquitto = await startMosquitto({ users: { adit: 'broker-secret', 'gw-7': 'gateway-secret' } })
    writeFileSync(join(directory, 'broker-password'), 'broker-secret\n')
    config = join(directory, 'adit.yaml')
    writeFileSync(
      config,
      `data: ${join(directory, 'data')}
http: { port: 0 }
mqtt: { enabled: false }
broker: { url: "${mosquitto.url}", username: adit, passwordFile: ${join(directory, 'broker-password')} }
store: { kind: influxdb, url: "${influxd.url}", org: ${influxd.org}, bucket: ${influxd.bucket}, token: ${influxd.token} }
`,
    )
    seedLedger(join(directory, 'data'), 3)
    service = startAdit(['serve', '--config', config])
    http = /http:\S+/.exec(await service.firstLine)?.[0] ?? ''
  })
  afterAll(async () => {
    service.process.kill('SIGTERM')
    await service.ended
    await mosquitto.stop()
    await influxd.stop()
    rmSync(directory, { recursive: true })
  })

  async function publish(from: number, to: number): Promise<void> {
    const client = await connectAsync(mosquitto.url, { username: 'gw-7', password: 'gateway-secret' })
    const epoch = Math.floor(Date.now() / 1000 / QUARTER) * QUARTER - 5 * 86_400
    for (let interval = from; interval < to; interval++) {
      const start = new Date((epoch + interval * QUARTER) * 1000).toISOString()
      const readings = [0, 1, 2].map((meter) => [`m${meter}`, interval + meter])
      await client.publishAsync('adit/v1/gw-7/readings', JSON.stringify({ start, seconds: QUARTER, readings }), { qos: 1 })
    }
    await client.endAsync()
  }

  function stored(): Promise<number> {
    return new InfluxStore({ ...influxd, idOf: String, onRefused: () => {} }).count()
  }

  async function health(): Promise<{ status: number; failing: string[] }> {
    const response = await fetch(`${http}/api/v1/health`)
    const body: { parts: { part: string; status: string }[] } = await response.json()
    return { status: response.status, failing: body.parts.filter(({ status }) => status === 'fail').map(({ part }) => part) }
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await delay(50)
  }

  test('the doctor finds both in order, and a wrong token for InfluxDB by name', async () => {
    const well = await runAdit('doctor', '--config', config)
    expect(well.stdout).toMatch(/ok +broker +\S+ took the login/)
    expect(well.stdout).toMatch(/ok +InfluxDB +\S+ has the bucket readings of adit/)
    expect(well.code).toBe(0)
    const wrong = join(directory, 'wrong.yaml')
    writeFileSync(wrong, `store: { kind: influxdb, url: "${influxd.url}", org: adit, bucket: readings, token: nonsense }\n`)
    const ill = await runAdit('doctor', '--config', wrong, '--data', join(directory, 'elsewhere'))
    expect(ill.stdout).toMatch(/FAIL +InfluxDB[\s\S]*→ give store\.token/)
    expect(ill.code).toBe(1)
  })

  test('what a gateway publishes to the broker stands in InfluxDB, row for row', async () => {
    await until(async () => (await health()).failing.length === 0)
    await publish(0, 40)
    await until(async () => (await stored()) === 120)
    const { items } = await (await fetch(`${http}/api/v1/gateways`)).json()
    expect(items).toMatchObject([{ gateway: 'gw-7', book: { received: 120, stored: 120, pending: 0 } }])
  })

  test('while InfluxDB is away the service is not ready, takes everything, and delivers it afterwards', async () => {
    await influxd.interrupt()
    await publish(40, 60)
    await until(async () => (await health()).failing.includes('store'))
    expect((await health()).status).toBe(503)
    await influxd.resume()
    await until(async () => (await stored()) === 180)
    await until(async () => (await health()).failing.length === 0)
  })

  test('a backtest reads InfluxDB while the service runs, every reading once for both configurations', async () => {
    const { code, stdout, stderr } = await runAdit('backtest', '--config', config, '--config', config, '--json')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/A service runs on this data directory/)
    expect(JSON.parse(stdout)).toMatchObject({ readings: 180, usagePoints: 3, gained: 0, lost: 0, moved: 0 })
  })
})
