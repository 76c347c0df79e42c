/** Floods against the real service, with gateways beside them that go on at their own pace. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { residentMiB } from '../../bench/machine.ts'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import type { SocketAttack } from './flood-sockets.ts'

export interface FloodOptions {
  /** Length of one flood. */
  readonly seconds: number
  /** Well-behaved gateways, and packets a second of each. */
  readonly gateways: number
  readonly rate: number
  /** Sockets of those floods that are made of sockets. */
  readonly sockets: number
  readonly say?: (line: string) => void
}

export interface Flood {
  readonly name: string
  /** Packets of the well-behaved: offered, acknowledged within the flood, and never. */
  readonly offered: number
  readonly inTime: number
  readonly lost: number
  /** Packets of the flood that were acknowledged. */
  readonly flooded: number
  /** Sockets of the flood that the service closed. */
  readonly closed: number
  readonly mostMiB: number
  /** Operators who come with a connection of their own, and those of them who are answered. */
  readonly asked: number
  readonly answered: number
  /** Gateways that come while it lasts, and those of them that are let in. */
  readonly came: number
  readonly letIn: number
}

export interface FloodRun {
  readonly calm: Flood
  readonly floods: readonly Flood[]
  readonly refusals: Readonly<Record<string, number>>
}

interface Edge {
  readonly mqtt: number
  readonly http: string
  readonly passwords: readonly string[]
}

/** What a flood did until it was stopped. */
interface Attack {
  stop(): Promise<{ readonly flooded: number; readonly closed: number }>
}

export async function runFloods(options: FloodOptions): Promise<FloodRun> {
  const data = mkdtempSync(join(tmpdir(), 'adit-floods-'))
  await seedLedger(data, 4)
  const passwords: string[] = []
  for (let index = 0; index <= options.gateways; index++) {
    const added = await runAdit('gateway', 'add', `gw-${index}`, '--data', data, '--json')
    passwords.push(z.object({ password: z.string() }).parse(JSON.parse(added.stdout)).password)
  }
  const service = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'], {
    ADIT_HTTP_REQUESTS_PER_MINUTE: '1000000',
    // half of what the strangers hold
    ADIT_HTTP_CONNECTIONS: String(5 * options.sockets),
    ADIT_MQTT_LIMITS_CONNECTIONS: String(5 * options.sockets),
    ADIT_MQTT_LIMITS_CONNECT_MILLISECONDS: String(Math.min(10_000, options.seconds * 500)),
    ADIT_LOG: 'error',
  })
  try {
    const [, http, mqtt] = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await service.firstLine) ?? []
    const edge: Edge = { http, mqtt: Number(mqtt), passwords }
    const pid = service.process.pid ?? 0
    const measure = (name: string, attack: () => Promise<Attack>) => flood(name, attack, edge, pid, options)
    const calm = await measure('calm', async () => ({ stop: async () => ({ flooded: 0, closed: 0 }) }))
    const floods: Flood[] = []
    for (const [name, attack] of attacks(edge, options)) {
      floods.push(await measure(name, attack))
      await pause(200)
    }
    const { items, strangers } = Gateways.parse(await (await fetch(`${http}/api/v1/gateways`)).json())
    const refusals: Record<string, number> = {}
    for (const { code, count } of [...items.flatMap(({ edgeRefusals }) => edgeRefusals), ...strangers])
      refusals[code] = (refusals[code] ?? 0) + count
    return { calm, floods, refusals }
  } finally {
    service.process.kill('SIGTERM')
    await service.ended
    rmSync(data, { recursive: true, force: true })
  }
}

const Counts = z.array(z.object({ code: z.string(), count: z.int() }))
const Gateways = z.object({ items: z.array(z.object({ edgeRefusals: Counts })), strangers: Counts })

/** The last registered gateway is the one that floods. */
function attacks({ mqtt, http, passwords }: Edge, options: FloodOptions): readonly [string, () => Promise<Attack>][] {
  const { gateways, rate, sockets } = options
  const api = Number(new URL(http).port)
  const everybody = Array.from({ length: gateways + 1 }, (_, index) => index)
  const publish = (indices: readonly number[], times: number) => () => publishing(mqtt, passwords, indices, times * rate)
  const hold = (attack: SocketAttack) => () => holding(attack)
  return [
    ['one gateway sends ten times as much', publish([gateways], 10)],
    ['all gateways send ten times as much', publish(everybody, 9)],
    ['strangers announce 256 MB', hold({ port: mqtt, sockets, what: 'announce' })],
    ['strangers connect and say nothing', hold({ port: mqtt, sockets: 10 * sockets, what: 'nothing' })],
    ['strangers log in a byte at a time', hold({ port: mqtt, sockets, what: 'slow login' })],
    ['strangers ask the API a byte at a time', hold({ port: api, sockets, what: 'slow head' })],
    ['strangers connect to the API and say nothing', hold({ port: api, sockets: 10 * sockets, what: 'nothing' })],
    ['strangers send the API a body a byte at a time', hold({ port: api, sockets, what: 'slow body' })],
  ]
}

async function flood(name: string, begin: () => Promise<Attack>, edge: Edge, pid: number, options: FloodOptions): Promise<Flood> {
  const { seconds, gateways, rate, say = () => {} } = options
  const honest = await Promise.all(
    Array.from({ length: gateways }, (_, index) =>
      RawPublisher.connect(edge.mqtt, `gw-${index}`, edge.passwords[index], `honest-${index}`),
    ),
  )
  const attack = await begin()
  const operators = again(async () => await isAnswered(edge.http))
  const newcomers = again(async () => await isLetIn(edge))
  let [offered, acknowledged, lost, mostMiB] = [0, 0, 0, 0]
  const pending: Promise<unknown>[] = []
  const began = performance.now()
  while (performance.now() - began < seconds * 1_000) {
    const due = Math.floor(((performance.now() - began) / 1_000) * rate * gateways)
    for (; offered < due; offered++) {
      const index = offered % gateways
      pending.push(
        honest[index].publish(`adit/v1/gw-${index}/readings`, PACKET).then((taken) => (taken ? acknowledged++ : lost++)),
      )
    }
    mostMiB = Math.max(mostMiB, residentMiB(pid))
    await pause(10)
  }
  const inTime = acknowledged
  const { good: answered, all: asked } = await operators()
  const { good: letIn, all: came } = await newcomers()
  await Promise.all(pending)
  const { flooded, closed } = await attack.stop()
  for (const publisher of honest) publisher.close()
  const result = {
    ...{ name, offered, inTime, lost, flooded, closed },
    ...{ mostMiB: Math.round(mostMiB), asked, answered, came, letIn },
  }
  say(JSON.stringify(result))
  return result
}

/** Does it ten times a second until it is asked how often it was done, and how often it went well. */
function again(work: () => Promise<boolean>): () => Promise<{ readonly good: number; readonly all: number }> {
  let stopped = false
  const done = (async () => {
    let [good, all] = [0, 0]
    for (; !stopped; all++) {
      if (await work()) good++
      await pause(100)
    }
    return { good, all }
  })()
  return async () => {
    stopped = true
    return await done
  }
}

async function isAnswered(http: string): Promise<boolean> {
  const asked = request(`${http}/api/v1/summary`, { agent: false, signal: AbortSignal.timeout(5_000) }).end()
  try {
    const [answer] = await once(asked, 'response')
    return answer.resume().statusCode === 200
  } catch {
    return false
  }
}

/** As the first of the well-behaved, once more. */
async function isLetIn({ mqtt, passwords }: Edge): Promise<boolean> {
  try {
    const publisher = await RawPublisher.connect(mqtt, 'gw-0', passwords[0], 'late')
    const taken = await Promise.race([publisher.publish('adit/v1/gw-0/readings', PACKET), pause(5_000, false)])
    publisher.close()
    return taken
  } catch {
    return false
  }
}

/** Unreadable on purpose: what is judged is the edge. */
const PACKET = Buffer.from('x'.repeat(300))

/** Each of these gateways sends so many packets a second more, as many at once as the edge lets it. */
async function publishing(mqtt: number, passwords: readonly string[], indices: readonly number[], rate: number): Promise<Attack> {
  let [stopped, flooded] = [false, 0]
  const senders = indices.map(async (index) => {
    const publisher = await RawPublisher.connect(mqtt, `gw-${index}`, passwords[index], `flood-${index}`)
    const began = performance.now()
    let sent = 0
    while (!stopped) {
      const due = ((performance.now() - began) / 1_000) * rate
      for (; sent < due && publisher.inFlight < 5_000; sent++)
        void publisher.publish(`adit/v1/gw-${index}/readings`, PACKET).then((taken) => (flooded += taken ? 1 : 0))
      await pause(5)
    }
    publisher.close()
  })
  return {
    stop: async () => {
      stopped = true
      await Promise.all(senders)
      return { flooded, closed: 0 }
    },
  }
}

/** In a thread of its own: who comes besides must not wait for a thread that is busy with strangers. */
async function holding(attack: SocketAttack): Promise<Attack> {
  const worker = new Worker(new URL('./flood-sockets.ts', import.meta.url), { workerData: attack })
  await once(worker, 'message')
  return {
    stop: async () => {
      const told = once(worker, 'message')
      worker.postMessage('stop')
      const [closed] = await told
      await worker.terminate()
      return { flooded: 0, closed: Number(closed) }
    },
  }
}
