/**
 * InfluxDB fails in every way the fault proxy knows but for rows it refuses, while ten million meters report: what an acknowledgement takes
 * meanwhile, and how fast the readings of an outage are delivered when the store is back, with the live ones coming in.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Random } from '../fixtures/simulator/random.ts'
import { STORE_FAULTS, type StoreFault, StoreProxy } from '../tests/faults/store-proxy.ts'
import type { Influxd } from '../tests/servers/influxd.ts'
import { meterOf } from './load-county.ts'
import { quantile, residentMiB } from './machine.ts'
import { RawPublisher } from './raw-publisher.ts'
import { type ServeProcess, startServe } from './serve-process.ts'

export interface StoreOutage {
  readonly livePerSecond: number
  /** Live PUBACKs, ms from when the packet was due: while all is well, in each fault, and while the backlog is delivered. */
  readonly pubackP99Ms: ReadonlyMap<'well' | StoreFault | 'delivering', number>
  readonly backlog: number
  /** Readings a second into the store, backlog and live ones, until nothing waits. */
  readonly deliveredPerSecond: number
  readonly mostResidentMiB: number
  /** Readings that were acknowledged and are not stored. */
  readonly missing: number
}

/** 10 M meters by the quarter-hour. */
const LIVE_PER_SECOND = 11_100
const POINTS = 20_000
const READINGS = 100
const SECONDS = 900
const WINDOW = 200
const TICK_MS = 10
const DAYS = 60

const Summary = z.object({ pending: z.int() })

/** `hours`: of live readings that come while the store is down, as fast as they are taken. `phaseSeconds`: of each other fault. */
export async function benchStoreOutage(influxd: Influxd, hours: number, phaseSeconds: number): Promise<StoreOutage> {
  const proxy = await StoreProxy.listen(influxd.url, new Random('store-outage'), [])
  const { org, bucket, token } = influxd
  const server = await startServe({
    usagePoints: POINTS,
    config: { store: { kind: 'influxdb', url: proxy.url, org, bucket, token } },
  })
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, residentMiB(server.pid) || 0)
  }, 250)
  try {
    const live = await LiveLoad.begin(server)
    const p99 = new Map<'well' | StoreFault | 'delivering', number>()
    const during = async (phase: 'well' | StoreFault | 'delivering', work: () => Promise<unknown>) => {
      live.latencies.length = 0
      await work()
      p99.set(phase, quantile(live.latencies, 0.99))
    }
    await during('well', () => pause(phaseSeconds * 1000))

    await proxy.set('down')
    const backlog = Math.ceil((hours * 3600 * LIVE_PER_SECOND) / READINGS) * READINGS
    await during('down', () => sendBacklog(server, backlog))
    await proxy.set(undefined)
    const [began, sentBefore, waiting] = [performance.now(), live.sent, await pendingOf(server)]
    await during('delivering', () => untilDelivered(server))
    const delivered = waiting * READINGS + live.sent - sentBefore
    const deliveredPerSecond = (delivered * 1000) / (performance.now() - began)

    for (const fault of STORE_FAULTS) {
      if (fault === 'down' || fault === 'one bad row') continue
      await proxy.set(fault)
      await during(fault, () => pause(phaseSeconds * 1000))
      await proxy.set(undefined)
      await untilDelivered(server)
    }
    await live.end()
    await server.received(live.sent + backlog, 120)
    const stored = [...(await server.books()).values()].reduce((sum, book) => sum + book.stored, 0)
    return {
      ...{ livePerSecond: LIVE_PER_SECOND, pubackP99Ms: p99, backlog, deliveredPerSecond, mostResidentMiB: Math.round(most) },
      missing: live.sent + backlog - stored,
    }
  } finally {
    clearInterval(watch)
    await server.stop()
    await proxy.close()
  }
}

/** Packets at their rate whatever comes back, so that a stall is felt by all that were due in it. */
class LiveLoad {
  readonly latencies: number[] = []
  /** Readings that were acknowledged. */
  sent = 0
  readonly #publisher: RawPublisher
  readonly #waiting = new Set<Promise<void>>()
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout
  #packets = 0

  private constructor(publisher: RawPublisher) {
    this.#publisher = publisher
    this.#timer = setInterval(() => this.#sendDue(), TICK_MS)
  }

  static async begin(server: ServeProcess): Promise<LiveLoad> {
    return new LiveLoad(await connect(server, 'gw-0'))
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#waiting)
    this.#publisher.close()
  }

  #sendDue(): void {
    const perPacketMs = (READINGS * 1000) / LIVE_PER_SECOND
    for (; this.#began + this.#packets * perPacketMs <= performance.now(); this.#packets++) {
      const due = this.#began + this.#packets * perPacketMs
      const one: Promise<void> = this.#publisher
        .publish('adit/v1/gw-0/readings', payloadOf(this.#packets, 0))
        .then((acknowledged) => {
          this.#waiting.delete(one)
          if (!acknowledged) throw new Error('the edge closed a gateway’s connection')
          this.sent += READINGS
          this.latencies.push(performance.now() - due)
        })
      this.#waiting.add(one)
    }
  }
}

async function sendBacklog(server: ServeProcess, readings: number): Promise<void> {
  const publisher = await connect(server, 'gw-1')
  let packet = 0
  const lane = async () => {
    while (packet < readings / READINGS) {
      const taken = await publisher.publish('adit/v1/gw-1/readings', payloadOf(packet++, POINTS / 2))
      if (!taken) throw new Error('the edge closed a gateway’s connection')
    }
  }
  await Promise.all(Array.from({ length: WINDOW }, lane))
  publisher.close()
}

/** Nothing waits but what came in the last second. */
async function untilDelivered(server: ServeProcess): Promise<void> {
  while ((await pendingOf(server)) > LIVE_PER_SECOND / READINGS) await pause(50)
}

/** Packets that are not in the store yet. */
async function pendingOf({ http }: ServeProcess): Promise<number> {
  return Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending
}

async function connect(server: ServeProcess, gateway: string): Promise<RawPublisher> {
  return await RawPublisher.connect(server.mqttPort, gateway, server.passwords[Number(gateway.slice(3))] ?? '')
}

const FIRST = Math.floor(Date.now() / 86_400_000 - DAYS) * 86_400

/** A hundred of the half of the meters that begins with `from`, interval after interval. */
function payloadOf(packet: number, from: number): Buffer {
  const half = POINTS / 2
  const start = FIRST + Math.floor((packet * READINGS) / half) * SECONDS
  const first = from + ((packet * READINGS) % half)
  const readings = Array.from({ length: READINGS }, (_, i) => `["${meterOf(first + i)}",${40 + ((packet + i) % 160)}]`)
  return Buffer.from(
    `{"start":"${new Date(start * 1000).toISOString()}","seconds":${SECONDS},"readings":[${readings.join(',')}]}`,
  )
}
