import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeWorld } from '../../fixtures/simulator/world-files.ts'
import { Alert } from '../../model/alert.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { requireServer } from '../servers/require-server.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'

const Alerts = z.object({ items: z.array(Alert) })
const Summary = z.object({ pending: z.int() })
const LEDGERS = ['usage-points', 'areas', 'mines', 'lawful-uses']
const STORES = requireServer('influxd') ? ['embedded', 'influxdb'] : ['embedded']
const HEADER = 'meter,start,seconds,energy_wh,reactive_varh,quality'

let directory: string
let late: string[][]
let fromInTime: unknown[]
let fromAll: unknown[]
const at = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-late-'))
  const world = makeWorld({ seed: 'same', areas: 4, usersPerArea: 30, days: 55, startDate: '2026-07-01', seconds: 900, sites: 8 })
  await writeWorld(world, directory, true)
  const lines = gunzipSync(readFileSync(at('readings.csv.gz')))
    .toString()
    .trimEnd()
    .split('\n')
  expect(lines[0]).toBe(HEADER)
  const rows = lines.slice(1).map((line) => line.split(','))
  late = rows.filter(isLate)
  expect(late.length).toBeGreaterThan(10_000)
  const write = (name: string, some: readonly string[][]) =>
    writeFileSync(at(name), [HEADER, ...some.map((row) => row.join())].join('\n'))
  write(
    'in-time.csv',
    rows.filter((row) => !isLate(row)),
  )
  write('late.csv', late)
  fromAll = await detect('all.ndjson', 'readings.csv.gz')
  fromInTime = await detect('in-time.ndjson', 'in-time.csv')
  // the tests would be empty if they told nothing
  expect(fromAll).not.toEqual(fromInTime)
}, 120_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('adit detect judges late rows in a file of their own as it does in their places', async () => {
  expect(await detect('apart.ndjson', 'in-time.csv', 'late.csv')).toEqual(fromAll)
}, 120_000)

test.each(STORES)(
  'days that a gateway sends afterwards, killed between their coming and their judging, leave what adit detect finds in all of them: %s store',
  async (kind) => {
    const data = at(kind)
    const config = at(`${kind}.yaml`)
    writeFileSync(config, await storeSettings(kind))
    const imported = await runAdit('import', ...LEDGERS.map((name) => at(`${name}.csv`)), at('in-time.csv'), '--data', data)
    expect(imported.code, imported.stderr).toBe(0)
    const password = JSON.parse((await runAdit('gateway', 'add', 'gw', '--data', data, '--json')).stdout).password
    let service = await serve(data, config)
    await untilJudged(service)
    expect(await standing(service)).toEqual(fromInTime)

    const client = await connectAsync(service.mqtt, { username: 'gw', password, protocolVersion: 4, reconnectPeriod: 0 })
    client.on('error', () => {})
    await Promise.all(packetsOf(late).map((packet) => client.publishAsync('adit/v1/gw/readings', packet, { qos: 1 })))
    service.started.process.kill('SIGKILL')
    await service.started.ended
    client.end(true)
    service = await serve(data, config)
    await untilJudged(service)
    for (let tries = 0; tries < 1_200 && (await lateAreas(service)) > 0; tries++) await pause(200)
    expect(await standing(service)).toEqual(fromAll)

    const told = (await alerts(service))
      .flatMap(({ history }) => history)
      .filter(({ cause }) => /late or corrected/.test(cause.en))
    expect(told.length).toBeGreaterThan(0)
  },
  300_000,
)

/** A third of the meters, for five days. */
function isLate([meter, start]: string[]): boolean {
  return start >= '2026-07-24T12' && start < '2026-07-29T12' && Number(meter.slice(-2)) % 3 === 0
}

async function detect(out: string, ...readings: string[]): Promise<unknown[]> {
  const ledgers = LEDGERS.flatMap((name) => [`--${name}`, at(`${name}.csv`)])
  const judged = await runAdit('detect', ...ledgers, '--readings', ...readings.map(at), '--out', at(out))
  expect(judged.code, judged.stderr).toBe(0)
  const found = readFileSync(at(out), 'utf8').trim().split('\n')
  return verdicts(found.map((line) => Alert.parse(JSON.parse(line))))
}

async function storeSettings(kind: string): Promise<string> {
  if (kind === 'embedded') return ''
  const { url, org, bucket, token, stop } = await startInfluxd()
  onTestFinished(stop)
  return `store: { kind: influxdb, url: "${url}", org: ${org}, bucket: ${bucket}, token: ${token} }\n`
}

interface Serving {
  readonly started: Started
  readonly http: string
  readonly mqtt: string
}

async function serve(data: string, config: string): Promise<Serving> {
  const started = startAdit(['serve', '--config', config, '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  onTestFinished(() => {
    started.process.kill('SIGKILL')
  })
  const [, http, mqtt] = /(http:\S+) {2}(mqtt:\S+)/.exec(await started.firstLine) ?? []
  return { started, http, mqtt }
}

async function untilJudged({ http }: Serving): Promise<void> {
  while (Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending > 0) await pause(100)
}

/** What waits to be judged again; at least one until the first metrics are there. */
async function lateAreas({ http }: Serving): Promise<number> {
  return Number(/^adit_late_areas (\d+)$/m.exec(await (await fetch(`${http}/metrics`)).text())?.[1] ?? 1)
}

async function alerts({ http }: Serving): Promise<Alert[]> {
  return Alerts.parse(await (await fetch(`${http}/api/v1/alerts?state=all&limit=500`)).json()).items
}

async function standing(service: Serving): Promise<unknown[]> {
  return verdicts((await alerts(service)).filter(({ probability }) => probability > 0))
}

/** Everything but the record, which only the service that lived through it has. */
function verdicts(found: readonly Alert[]): unknown[] {
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ revision: _, history: __, ...verdict }) => verdict)
}

/** One packet an interval, the last first. */
function packetsOf(rows: readonly string[][]): string[] {
  const byStart = new Map<string, unknown[]>()
  for (const [meter, start, , energyWh, varh] of rows) {
    const readings = byStart.get(start) ?? []
    byStart.set(start, readings)
    readings.push([meter, Number(energyWh), varh === '' ? {} : { varh: Number(varh) }])
  }
  return [...byStart]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([start, readings]) => JSON.stringify({ start, seconds: 900, readings }))
}
