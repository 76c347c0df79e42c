import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { GatewayDirectory } from '../ingest/gateway-directory.ts'
import { type Receiver, startReceiver } from '../ingest/receiver.ts'
import { ReceiverConfig } from '../ingest/receiver-options.ts'
import { RawPublisher } from './raw-publisher.ts'

const run = promisify(execFile)

export interface EdgeResult {
  /** Single-reading packets acknowledged after fsync, median over the runs. */
  readonly acknowledgedPerSecond: number
  readonly runs: readonly number[]
  /** From when a packet was due to its PUBACK: at half the demanded 25,000/s, and at half the rate above. */
  readonly latencies: readonly EdgeLatency[]
  /** CPU of the receiving process, load generator not counted. */
  readonly cpuSecondsPerMillion: number
}

export interface EdgeLatency {
  readonly packetsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

/** The load generator, built from Go; undefined where there is no Go or no source of it. */
export async function buildLoadGenerator(): Promise<string | undefined> {
  const source = join(process.env.ADIT_SHARED ?? resolve(import.meta.dirname, '../../shared'), 'tools/anchors/publish')
  if (!existsSync(source)) return undefined
  const program = join(tmpdir(), 'adit-bench-publish')
  try {
    await run('go', ['build', '-o', program, '.'], { cwd: source })
    return program
  } catch {
    return undefined
  }
}

/** Measures the edge with four gateways over four connections, one reading a packet. */
export async function benchEdge(packets = 300_000, runs = 3): Promise<EdgeResult> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-edge-'))
  const gateways = new GatewayDirectory(join(directory, 'gateways.db'))
  const passwords = [0, 1, 2, 3].map((index) => gateways.add(`gw-${index}`, new Date()))
  gateways.close()
  const receiver = await startReceiver({ dataDirectory: directory, ...ReceiverConfig.parse({ edge: { port: 0 } }) })
  try {
    const port = receiver.edgeAddresses[0]?.port ?? 0
    const generator = await buildLoadGenerator()
    const cpu = process.cpuUsage()
    const rates: number[] = []
    for (let count = 0; count < runs; count++) {
      rates.push(generator ? await goRate(generator, port, passwords, packets) : await nodeRate(port, passwords, packets))
      await releaseAll(receiver)
    }
    const { user, system } = process.cpuUsage(cpu)
    const rate = rates.toSorted((a, b) => a - b)[runs >> 1]
    return {
      acknowledgedPerSecond: rate,
      runs: rates,
      latencies: [await measureLatency(port, passwords, 12_500, 5), await measureLatency(port, passwords, rate / 2, 5)],
      cpuSecondsPerMillion: (user + system) / (packets * runs),
    }
  } finally {
    await receiver.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function goRate(program: string, port: number, passwords: readonly string[], packets: number): Promise<number> {
  const { stdout } = await run(program, [
    ...['-addr', `127.0.0.1:${port}`, '-passwords', passwords.join(','), '-kind', 'adit'],
    ...['-batch', '1', '-msgs', String(packets), '-conns', String(passwords.length)],
  ])
  return Number(/= (\d+) msg\/s/.exec(stdout)?.[1])
}

const WINDOW = 200

async function nodeRate(port: number, passwords: readonly string[], packets: number): Promise<number> {
  const publishers = await connectAll(port, passwords)
  const startedAt = performance.now()
  await Promise.all(
    publishers.map(async (publisher, index) => {
      const lane = async (lane: number) => {
        for (let count = lane; count < packets / passwords.length; count += WINDOW) {
          await publisher.publish(`adit/v1/gw-${index}/readings`, payloadOf(count))
        }
      }
      await Promise.all(Array.from({ length: WINDOW }, (_, number) => lane(number)))
    }),
  )
  const rate = (packets * 1_000) / (performance.now() - startedAt)
  for (const publisher of publishers) publisher.close()
  return rate
}

/** Sends at a steady rate whatever comes back, so that a stall is felt by all packets due in it. */
async function measureLatency(
  port: number,
  passwords: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<EdgeLatency> {
  const publishers = await connectAll(port, passwords)
  const latencies: number[] = []
  const waiting: Promise<void>[] = []
  const total = Math.floor(perSecond * seconds)
  const startedAt = performance.now()
  const send = async (number: number) => {
    const index = number % publishers.length
    const acknowledged = await publishers[index].publish(`adit/v1/gw-${index}/readings`, payloadOf(number))
    latencies.push(acknowledged ? performance.now() - startedAt - (number * 1_000) / perSecond : Number.POSITIVE_INFINITY)
  }
  while (waiting.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000))
    while (waiting.length < due) waiting.push(send(waiting.length))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(waiting)
  for (const publisher of publishers) publisher.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number) => Number(latencies[Math.min(total - 1, Math.floor(total * share))].toFixed(1))
  return { packetsPerSecond: Math.round(perSecond), p50: at(0.5), p99: at(0.99), worst: at(1) }
}

function connectAll(port: number, passwords: readonly string[]): Promise<RawPublisher[]> {
  return Promise.all(passwords.map((password, index) => RawPublisher.connect(port, `gw-${index}`, password)))
}

function payloadOf(count: number): Buffer {
  return Buffer.from(
    `{"start":"2026-01-28T00:00:00Z","seconds":900,"readings":[["0102${String(count % 20_000).padStart(8, '0')}",512.5]]}`,
  )
}

async function releaseAll(receiver: Receiver): Promise<void> {
  const { lastPosition } = await receiver.status()
  await receiver.release(lastPosition)
}

if (import.meta.main) {
  const result = await benchEdge()
  console.log(JSON.stringify(result, null, 2))
}
