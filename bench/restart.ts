/**
 * What a restart costs: from the start of the process until a packet is acknowledged, and until judging goes on behind the saved
 * state. The service is killed each time; the file system's cache stays warm, as after a crash of the process.
 */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { stringify } from 'yaml'
import { GatewayDirectory } from '../ingest/gateway-directory.ts'
import { SqliteJournal } from '../ingest/sqlite-journal.ts'
import { readHeader } from '../src/checkpoint.ts'
import { type DataFiles, openDataDirectory } from '../src/data-directory.ts'
import { freePort } from '../tests/servers/free-port.ts'
import { type ServerProcess, startProcess } from '../tests/servers/server-process.ts'
import { energyOf } from './detectors.ts'
import { fillLoadLedger, meterOf } from './load-county.ts'
import { cpuSeconds } from './machine.ts'
import { RawPublisher } from './raw-publisher.ts'

export interface RestartResult {
  readonly checkpointMiB: number
  /** Of packets that no state has yet. */
  readonly journalMiB: number
  readonly starts: readonly TimedStart[]
}

export interface TimedStart {
  readonly acknowledgingSeconds: number
  readonly judgingSeconds: number
  /** What the process used of the processors until then: on a busy machine the better measure. */
  readonly acknowledgingCpuSeconds: number
  readonly judgingCpuSeconds: number
}

export interface RestartLoad {
  readonly usagePoints: number
  /** Bytes of packets that wait in the journal; less where the disk has no room for it and as much again. */
  readonly journalBytes: number
  readonly runs: number
}

interface Place {
  readonly files: DataFiles
  readonly configFile: string
  readonly http: string
  readonly mqttPort: number
  readonly password: string
  /** Start of the next interval to be sent, UTC seconds. */
  next: number
}

const GATEWAY = 'gw-0'
const SECONDS = 900
const READINGS = 100
const WINDOW = 200
const INTERVALS = 3

export async function benchRestart({ usagePoints, journalBytes, runs }: RestartLoad): Promise<RestartResult> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-restart-'))
  try {
    const place = await prepare(directory, usagePoints)
    await fillState(place, usagePoints)
    const { bavail, bsize } = statfsSync(directory)
    const wanted = Math.min(journalBytes, (bavail * bsize) / 2)
    if (wanted > 0) await fillJournal(place, usagePoints, wanted)
    const starts: TimedStart[] = []
    for (let run = 0; run < runs; run++) starts.push(await timeStart(place))
    return {
      checkpointMiB: statSync(place.files.checkpoint).size / 2 ** 20,
      journalMiB: statSync(place.files.journal).size / 2 ** 20,
      starts,
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function prepare(directory: string, usagePoints: number): Promise<Place> {
  const files = openDataDirectory(join(directory, 'data'))
  await fillLoadLedger(files.ledger, usagePoints)
  const gateways = new GatewayDirectory(files.gateways)
  const password = gateways.add(GATEWAY, new Date())
  gateways.close()
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const configFile = join(directory, 'adit.yaml')
  writeFileSync(configFile, stringify({ log: 'warn', http: { port: httpPort }, mqtt: { port: mqttPort } }))
  const next = Math.floor(Date.now() / 1000 / SECONDS - 96) * SECONDS
  return { files, configFile, http: `http://127.0.0.1:${httpPort}`, mqttPort, password, next }
}

/** Some intervals of every point, judged and saved. */
async function fillState(place: Place, usagePoints: number): Promise<void> {
  const service = await start(place, 'adit ready')
  const publisher = await RawPublisher.connect(place.mqttPort, GATEWAY, place.password)
  let packets = 0
  for (let interval = 0; interval < INTERVALS; interval++) {
    const sending = new Set<Promise<unknown>>()
    for (const payload of payloadsOf(place, usagePoints, interval)) {
      const one: Promise<unknown> = publish(publisher, payload).finally(() => sending.delete(one))
      sending.add(one)
      packets++
      if (sending.size >= WINDOW) await Promise.race(sending)
    }
    await Promise.all(sending)
    place.next += SECONDS
  }
  // whoever stops it before is killed in the middle of the last one, on a busy machine
  while (savedPosition(place.files.checkpoint) < packets) await pause(1_000)
  publisher.close()
  await service.stop()
}

/** As packets came that were acknowledged and not judged: the store was away, for hours. */
async function fillJournal({ files, next }: Place, usagePoints: number, bytes: number): Promise<void> {
  const journal = new SqliteJournal({ path: files.journal })
  const place = { next }
  let left = bytes
  for (let interval = 0; left > 0; interval++) {
    let waiting: Promise<void>[] = []
    for (const payload of payloadsOf(place, usagePoints, interval)) {
      waiting.push(journal.append({ gateway: GATEWAY, topic: `adit/v1/${GATEWAY}/readings`, payload, receivedAt: Date.now() }))
      left -= payload.length
      if (waiting.length < 2_000 && left > 0) continue
      await Promise.all(waiting)
      waiting = []
      if (left <= 0) break
    }
    await Promise.all(waiting)
    place.next += SECONDS
  }
  await journal.close()
}

async function timeStart(place: Place): Promise<TimedStart> {
  const saved = savedPosition(place.files.checkpoint)
  const began = performance.now()
  const service = await start(place, '')
  const spent = () => [(performance.now() - began) / 1000, cpuSeconds(service.pid)]
  try {
    const publisher = await connected(place)
    const [payload] = payloadsOf(place, READINGS, 0)
    await publish(publisher, payload)
    const [acknowledgingSeconds, acknowledgingCpuSeconds] = spent()
    while ((await judgedPosition(place)) <= saved) await pause(20)
    const [judgingSeconds, judgingCpuSeconds] = spent()
    publisher.close()
    return { acknowledgingSeconds, acknowledgingCpuSeconds, judgingSeconds, judgingCpuSeconds }
  } finally {
    await service.kill()
  }
}

/** Resolves when its output has `ready`. */
async function start({ configFile, files }: Place, ready: string): Promise<ServerProcess> {
  const adit = join(import.meta.dirname, '../src/cli/adit.ts')
  const words = [adit, 'serve', '--config', configFile, '--data', files.directory]
  return await startProcess(process.execPath, words, (log) => log.includes(ready), 120_000)
}

async function connected({ mqttPort, password }: Place): Promise<RawPublisher> {
  for (;;) {
    try {
      return await RawPublisher.connect(mqttPort, GATEWAY, password)
    } catch {
      await pause(10)
    }
  }
}

async function publish(publisher: RawPublisher, payload: Buffer): Promise<void> {
  if (!(await publisher.publish(`adit/v1/${GATEWAY}/readings`, payload))) throw new Error('the service closed the connection')
}

/** 0 while it cannot be asked. */
async function judgedPosition({ http }: Place): Promise<number> {
  try {
    const metrics = await (await fetch(`${http}/metrics`)).text()
    return Number(/^adit_judged_position (\d+)/m.exec(metrics)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** 0 while there is none. */
function savedPosition(checkpoint: string): number {
  if (!existsSync(checkpoint)) return 0
  const file = openSync(checkpoint, 'r')
  try {
    return readHeader(file).position
  } finally {
    closeSync(file)
  }
}

function* payloadsOf({ next }: Pick<Place, 'next'>, usagePoints: number, interval: number): Generator<Buffer> {
  const start = `${new Date(next * 1000).toISOString().slice(0, 19)}Z`
  for (let from = 0; from < usagePoints; from += READINGS) {
    const readings = Array.from({ length: Math.min(READINGS, usagePoints - from) }, (_, i) => [
      meterOf(from + i),
      Math.round(energyOf(from + i, interval)),
    ])
    yield Buffer.from(JSON.stringify({ start, seconds: SECONDS, readings }))
  }
}
