/** The service behind a real Mosquitto and a proxy that fails in all ways, judged by what it stored against what the broker took. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { type Started, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import { freePort } from '../servers/free-port.ts'
import { type Mosquitto, startMosquitto } from '../servers/mosquitto.ts'
import { connectBytes, packetBytes } from './mqtt-bytes.ts'
import { TcpProxy } from './tcp-proxy.ts'

export const BROKER_FAULTS = [
  'broker restarted',
  'broker killed',
  'service killed',
  'reset in a packet',
  'silence',
  'delay and pieces',
  'client id taken over',
] as const
type BrokerFault = (typeof BROKER_FAULTS)[number]

export interface BrokerRun {
  readonly faults: Readonly<Record<string, number>>
  readonly readings: number
  readonly stored: number
  readonly duplicates: number
  readonly lost: number
  readonly doubled: number
  readonly gaps: number
  readonly complaints: readonly string[]
}

const METERS = 4
const INTERVALS_A_ROUND = 120
/** Short, so that what comes again within a round is of these days: the books know no repeats of before. */
const SECONDS = 300
const CLIENT = 'adit'

export async function runBrokerFaults(seed: string, rounds: number, say: (line: string) => void = () => {}): Promise<BrokerRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-brokers-'))
  const world = await World.start(directory)
  try {
    const random = new Random(`brokers/${seed}`)
    const faults = new Map<BrokerFault, number>()
    for (let round = 0; round < rounds; round++) {
      const fault = round < BROKER_FAULTS.length ? BROKER_FAULTS[round] : random.pick(BROKER_FAULTS)
      const sending = world.send(INTERVALS_A_ROUND)
      await pause(random.uniform(0, 150))
      await world.strike(fault, random)
      await sending
      await world.mend()
      faults.set(fault, (faults.get(fault) ?? 0) + 1)
      say(`${round + 1} of ${rounds}: ${fault}, ${world.sent} intervals sent`)
    }
    return { faults: Object.fromEntries(faults), ...(await world.judge()) }
  } finally {
    await world.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

class World {
  readonly #directory: string
  readonly #broker: number
  readonly #proxy: TcpProxy
  readonly #epoch = Math.floor(Date.now() / 1000 / SECONDS) * SECONDS - 300 * 86_400
  #mosquitto: Mosquitto
  #service: Started
  #http = ''
  sent = 0

  private constructor(directory: string, broker: number, proxy: TcpProxy, mosquitto: Mosquitto, service: Started) {
    this.#directory = directory
    this.#broker = broker
    this.#proxy = proxy
    this.#mosquitto = mosquitto
    this.#service = service
  }

  static async start(directory: string): Promise<World> {
    const data = join(directory, 'data')
    await seedLedger(data, METERS)
    const port = await freePort()
    const mosquitto = await startBroker(port, directory)
    const proxy = await TcpProxy.listen(port)
    const service = startService(data, proxy.port)
    const world = new World(directory, port, proxy, mosquitto, service)
    await world.#ready()
    return world
  }

  /** One packet an interval, each again until the broker has acknowledged it. */
  async send(intervals: number): Promise<void> {
    const first = this.sent
    this.sent += intervals
    const waiting = new Set(Array.from({ length: intervals }, (_, index) => first + index))
    while (waiting.size > 0) {
      let publisher: RawPublisher | undefined
      try {
        publisher = await RawPublisher.connect(this.#broker, 'gw-1', 'any')
        const one = publisher
        const publish = async (interval: number) => {
          if (await one.publish('adit/v1/gw-1/readings', Buffer.from(this.#packet(interval)))) waiting.delete(interval)
        }
        await Promise.race([Promise.all([...waiting].map(publish)), pause(3_000)])
      } catch {
        await pause(50)
      }
      publisher?.close()
    }
  }

  async strike(fault: BrokerFault, random: Random): Promise<void> {
    if (fault === 'broker restarted' || fault === 'broker killed') {
      // Mosquitto writes what it holds once a second: a kill before that loses what it had acknowledged, and that is not ours
      if (fault === 'broker killed') await pause(2_100)
      await (fault === 'broker killed' ? this.#mosquitto.kill() : this.#mosquitto.stop())
      this.#mosquitto = await startBroker(this.#broker, this.#directory)
    } else if (fault === 'service killed') {
      this.#service.process.kill('SIGKILL')
      await this.#service.ended
      this.#service = startService(join(this.#directory, 'data'), this.#proxy.port)
      await this.#ready()
    } else if (fault === 'reset in a packet') {
      this.#proxy.sliceBytes = random.int(1, 40)
      this.#proxy.delayMs = 5
      await pause(60)
      for (let times = random.int(1, 3); times > 0; times--) {
        this.#proxy.reset()
        await pause(700)
      }
    } else if (fault === 'silence') {
      this.#proxy.silent = true
      await pause(random.uniform(500, 4_500))
    } else if (fault === 'delay and pieces') {
      this.#proxy.sliceBytes = random.int(1, 50)
      this.#proxy.delayMs = random.int(20, 200)
      await pause(500)
    } else {
      for (let times = random.int(1, 3); times > 0; times--) await takeOver(this.#broker)
    }
  }

  async mend(): Promise<void> {
    if (this.#proxy.silent) this.#proxy.reset()
    this.#proxy.silent = false
    this.#proxy.delayMs = 0
    this.#proxy.sliceBytes = 0
    // the last in the broker's queue: what was published again before it is no straggler of days ago in the next round
    await this.send(1)
    await this.#untilStored(this.sent * METERS)
  }

  async judge(): Promise<Omit<BrokerRun, 'faults'>> {
    const readings = this.sent * METERS
    const { items, upstreamGaps } = Gateways.parse(await this.#get('/api/v1/gateways'))
    const book = items.find(({ gateway }) => gateway === 'gw-1')?.book
    const complaints: string[] = []
    let [stored, doubled] = [0, 0]
    const [from, to] = [this.#epoch, this.#epoch + (this.sent + 1) * SECONDS].map((at) => new Date(at * 1000).toISOString())
    for (let meter = 0; meter < METERS; meter++) {
      const profile = Profile.parse(await this.#get(`/api/v1/usage-points/P${meter}/load-profile?from=${from}&to=${to}`))
      const starts = new Set(profile.start)
      stored += starts.size
      doubled += profile.start.length - starts.size
      const expected = Array.from({ length: this.sent }, (_, interval) => energyOf(interval, meter))
      if (!isDeepStrictEqual(profile.energyWh, expected)) complaints.push(`P${meter}: not the energies that were sent`)
      if (profile.revisions.some((count) => count !== 1)) complaints.push(`P${meter}: an interval has revisions`)
    }
    if (book?.stored !== readings || book.superseded + book.quarantined > 0)
      complaints.push(`the book says ${JSON.stringify(book)}`)
    if (upstreamGaps.length > 0) complaints.push(`gaps, and the broker had forgotten nothing: ${JSON.stringify(upstreamGaps)}`)
    return {
      ...{ readings, stored, duplicates: book?.duplicate ?? 0, lost: readings - stored, doubled },
      ...{ gaps: upstreamGaps.length, complaints },
    }
  }

  async stop(): Promise<void> {
    this.#service.process.kill('SIGTERM')
    await this.#service.ended
    await this.#mosquitto.stop()
    await this.#proxy.close()
  }

  async #ready(): Promise<void> {
    ;[, this.#http] = /(http:\S+)/.exec(await this.#service.firstLine) ?? ['', '']
    // the session must be there before anything is published for it
    await until(async () => {
      const { parts } = Health.parse(await this.#get('/api/v1/health'))
      return parts.some(({ part, detail }) => part === 'broker' && detail.includes('external broker connected'))
    })
  }

  async #untilStored(readings: number): Promise<void> {
    await until(async () => {
      const { items } = Gateways.parse(await this.#get('/api/v1/gateways'))
      return (items.find(({ gateway }) => gateway === 'gw-1')?.book.stored ?? 0) >= readings
    })
  }

  async #get(path: string): Promise<unknown> {
    return await (await fetch(`${this.#http}${path}`)).json()
  }

  #packet(interval: number): string {
    const start = new Date((this.#epoch + interval * SECONDS) * 1000).toISOString()
    const readings = Array.from({ length: METERS }, (_, meter) => [`m${meter}`, energyOf(interval, meter)])
    return JSON.stringify({ start, seconds: SECONDS, readings })
  }
}

const Health = z.object({ parts: z.array(z.object({ part: z.string(), detail: z.string() })) })
const Gateways = z.object({
  items: z.array(z.object({ gateway: z.string(), book: GatewayBook })),
  upstreamGaps: z.array(z.object({ from: z.string(), to: z.string(), gateways: z.array(z.string()), meters: z.int() })),
})
const Profile = z.object({ start: z.array(z.int()), energyWh: z.array(z.number()), revisions: z.array(z.int()) })

const energyOf = (interval: number, meter: number) => 100 + meter * 1_000 + (interval % 700)

function startBroker(port: number, directory: string): Promise<Mosquitto> {
  const config = ['max_queued_messages 0', 'max_inflight_messages 20', 'autosave_on_changes true', 'autosave_interval 1']
  return startMosquitto({ port, persistence: directory, config })
}

function startService(data: string, port: number): Started {
  return startAdit(['serve', '--data', data, '--http', '127.0.0.1:0'], {
    ADIT_MQTT_ENABLED: 'false',
    ADIT_BROKER_URL: `mqtt://127.0.0.1:${port}`,
    ADIT_BROKER_CLIENT_ID: CLIENT,
    ADIT_BROKER_KEEPALIVE_SECONDS: '2',
    ADIT_CHECKPOINT_SECONDS: '0.5',
    ADIT_HTTP_REQUESTS_PER_MINUTE: '1000000',
  })
}

/** Logs in with the service's client id, takes a few packets without acknowledging them, and goes. */
async function takeOver(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const login = connectBytes({ clientId: CLIENT })
  // § 3.1.2.4: the session is to be kept
  login[9] &= ~2
  socket.write(Buffer.concat([login, packetBytes(0xc0, Buffer.alloc(0))]))
  await pause(200)
  socket.destroy()
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 90_000; performance.now() < deadline; await pause(100)) {
    if (await holds().catch(() => false)) return
  }
  throw new Error('waited 90 s in vain')
}
