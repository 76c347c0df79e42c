/**
 * One fault of the store after the other while gateways publish at full load: a real InfluxDB behind the fault proxy. Nothing
 * may be lost or stand twice, acknowledgements go on, and what waited in the journal is delivered when the store is well again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { quantile, residentMiB } from '../../bench/machine.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { type Influxd, startInfluxd } from '../servers/influxd.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type Life } from './killed-service.ts'
import type { Sent } from './sent-packets.ts'
import { STORE_FAULTS, type StoreFault, StoreProxy } from './store-proxy.ts'
import { prepareTrial } from './trial.ts'

export interface StoreRunOptions {
  readonly seed: string
  readonly days: number
  /** Milliseconds between two windows of 150 packets: the load. */
  readonly pause: number
  /** Share of all packets that come while the store is down; the other faults share the rest. */
  readonly downShare: number
  readonly say: (line: string) => void
  readonly program?: string
}

export interface StoreRun extends Comparison {
  readonly faults: readonly FaultFigures[]
  readonly packets: number
  /** Points in InfluxDB, counted there. */
  readonly points: number
  readonly mostResidentMiB: number
  /** The most packets that waited, and readings a second that went from the journal into the store meanwhile live. */
  readonly mostPending: number
  readonly drainedPerSecond: number
}

export interface FaultFigures {
  readonly fault: StoreFault
  /** Writes that met it. */
  readonly met: number
  readonly acknowledged: number
  readonly pubackP99Ms: number
}

const BAD_ROWS = 12

const Summary = z.object({ pending: z.int() })
const Health = z.object({ parts: z.array(z.object({ part: z.string(), status: z.string() })) })

export async function runStoreFaults(options: StoreRunOptions): Promise<StoreRun> {
  const { seed, days, say, program } = options
  const directory = mkdtempSync(join(tmpdir(), 'adit-store-'))
  const influxd = await startInfluxd()
  let proxy: StoreProxy | undefined
  try {
    const trial = await prepareTrial(days, directory)
    const { data, passwords, sent } = trial
    const random = new Random(`store/${seed}`)
    const badRows = chooseBadRows(sent, random)
    proxy = await StoreProxy.listen(influxd.url, random, badRows)
    const life = await bornLife({ data, passwords, program, crash: null, environment: environmentOf(influxd, proxy.url) })
    const feed = new GatewayFeed(sent.packets)
    const watch = watchMemory(life)
    const faults: FaultFigures[] = []
    const unseen: string[] = []
    let mostPending = 0
    for (const fault of STORE_FAULTS) {
      const share = fault === 'down' ? options.downShare : (0.9 - options.downShare) / (STORE_FAULTS.length - 1)
      await proxy.set(fault)
      feed.latencies.length = 0
      const before = feed.acknowledgements
      const quota = Math.floor(share * sent.packets.length)
      await feed.send(life, { quota, patience: 3_600_000, pause: options.pause, repeat: false })
      if (fault === 'down' && !(await storeFails(life))) unseen.push('health says that the store takes readings while it is down')
      // a fault that no write has met yet is waited for, at no load
      const met = () => proxy?.met.get(fault) ?? 0
      if (fault !== 'down') await until(() => met() > 0 || life.service.process.exitCode !== null)
      mostPending = Math.max(mostPending, await pendingOf(life))
      const acknowledged = feed.acknowledgements - before
      faults.push({ fault, met: met(), acknowledged, pubackP99Ms: quantile(feed.latencies, 0.99) })
      say(`${fault}: ${met()} writes met it, ${acknowledged} acknowledged, ${await pendingOf(life)} wait`)
    }
    await proxy.set(undefined)
    const drainedPerSecond = await drain(life, feed, options.pause, sent.readings / sent.packets.length)
    const mostResidentMiB = watch.end()
    const comparison = await compare(life, trial, feed, unseen, badRows)
    const points = await countPoints(influxd)
    const complaints = [...comparison.complaints]
    const expected = sent.readings - badRows.size
    if (points !== expected) complaints.push(`InfluxDB has ${points} points, it should be ${expected}`)
    const { lost, doubled } = comparison
    return {
      ...comparison,
      ...{ complaints, faults, points, mostResidentMiB, mostPending, drainedPerSecond, packets: sent.packets.length },
      lost: Math.max(lost, expected - points),
      doubled: Math.max(doubled, points - expected),
    }
  } finally {
    await proxy?.close()
    await influxd.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

function environmentOf({ org, bucket, token }: Influxd, url: string): Record<string, string> {
  return {
    ADIT_STORE_KIND: 'influxdb',
    ADIT_STORE_URL: url,
    ADIT_STORE_ORG: org,
    ADIT_STORE_BUCKET: bucket,
    ADIT_STORE_TOKEN: token,
  }
}

/** Readings that the store will not take, as `USAGE_POINT SECONDS`: some in every part of the story. */
function chooseBadRows({ truth }: Sent, random: Random): Set<string> {
  const usagePoints = [...truth.keys()].filter((id) => (truth.get(id)?.start.length ?? 0) > 0)
  const choose = () => {
    const usagePoint = random.pick(usagePoints)
    return `${usagePoint} ${random.pick(truth.get(usagePoint)?.start ?? [])}`
  }
  return new Set(Array.from({ length: BAD_ROWS }, choose))
}

/** The rest is sent while what waits is delivered; readings a second from the most to nothing. */
async function drain(life: Life, feed: GatewayFeed, pause: number, readingsAPacket: number): Promise<number> {
  const began = performance.now()
  const [waiting, left] = [await pendingOf(life), feed.left]
  await feed.send(life, { quota: left, patience: 3_600_000, pause, repeat: false })
  await until(async () => (await pendingOf(life)) === 0)
  return Math.round(((waiting + left) * readingsAPacket * 1_000) / (performance.now() - began))
}

async function pendingOf({ http }: Life): Promise<number> {
  return Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending
}

async function storeFails({ http }: Life): Promise<boolean> {
  const { parts } = Health.parse(await (await fetch(`${http}/api/v1/health`)).json())
  return parts.some(({ part, status }) => part === 'store' && status === 'fail')
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50)
}

function watchMemory({ service }: Life): { end(): number } {
  let most = 0
  const timer = setInterval(() => {
    if (service.process.exitCode === null) most = Math.max(most, residentMiB(service.process.pid ?? 0))
  }, 250)
  return {
    end: () => {
      clearInterval(timer)
      return Math.round(most)
    },
  }
}

/** Every stored point, whatever its series. */
async function countPoints({ url, org, bucket, token }: Influxd): Promise<number> {
  const response = await fetch(`${url}/api/v2/query?org=${org}`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
    body: `from(bucket: "${bucket}") |> range(start: 0) |> filter(fn: (r) => r._field == "energy_wh") |> group() |> count()`,
  })
  const counted = /,(\d+)\s*$/.exec((await response.text()).trim())?.[1]
  return Number(counted ?? 0)
}
