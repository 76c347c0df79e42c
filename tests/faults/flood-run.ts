/** Floods against the real service, with gateways beside them that go on at their own pace. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { residentMiB } from '../../bench/machine.ts'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'

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
  readonly apiAnswers: boolean
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
function attacks(edge: Edge, { gateways, rate, sockets }: FloodOptions): readonly [string, () => Promise<Attack>][] {
  const announced = Buffer.concat([
    Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60]),
    Buffer.alloc(65_536),
  ])
  return [
    ['one gateway sends ten times as much', () => publishing(edge, [gateways], 10 * rate)],
    [
      'all gateways send ten times as much',
      () =>
        publishing(
          edge,
          Array.from({ length: gateways + 1 }, (_, index) => index),
          9 * rate,
        ),
    ],
    ['strangers announce 256 MB', () => holding(edge.mqtt, sockets, (socket) => socket.write(announced))],
    ['strangers connect and say nothing', () => holding(edge.mqtt, 10 * sockets, () => {})],
    ['strangers log in a byte at a time', () => holding(edge.mqtt, sockets, (socket) => drip(socket, announced))],
    [
      'strangers ask the API a byte at a time',
      () => holding(Number(new URL(edge.http).port), sockets, (socket) => drip(socket, REQUEST)),
    ],
  ]
}

const REQUEST = Buffer.from(`GET /api/v1/summary HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(10_000)}`)

async function flood(name: string, begin: () => Promise<Attack>, edge: Edge, pid: number, options: FloodOptions): Promise<Flood> {
  const { seconds, gateways, rate, say = () => {} } = options
  const honest = await Promise.all(
    Array.from({ length: gateways }, (_, index) =>
      RawPublisher.connect(edge.mqtt, `gw-${index}`, edge.passwords[index], `honest-${index}`),
    ),
  )
  const attack = await begin()
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
  const apiAnswers = (await fetch(`${edge.http}/api/v1/health`)).ok
  await Promise.all(pending)
  const { flooded, closed } = await attack.stop()
  for (const publisher of honest) publisher.close()
  const result = { name, offered, inTime, lost, flooded, closed, mostMiB: Math.round(mostMiB), apiAnswers }
  say(JSON.stringify(result))
  return result
}

/** Unreadable on purpose: what is judged is the edge. */
const PACKET = Buffer.from('x'.repeat(300))

/** Each of these gateways sends so many packets a second more, as many at once as the edge lets it. */
async function publishing(edge: Edge, indices: readonly number[], rate: number): Promise<Attack> {
  let [stopped, flooded] = [false, 0]
  const senders = indices.map(async (index) => {
    const publisher = await RawPublisher.connect(edge.mqtt, `gw-${index}`, edge.passwords[index], `flood-${index}`)
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

/** Opens sockets, again when they are closed, and does something with each. */
async function holding(port: number, sockets: number, use: (socket: Socket) => void): Promise<Attack> {
  let [stopped, closed] = [false, 0]
  const open = new Set<Socket>()
  const join = () => {
    const socket = connect(port, '127.0.0.1', () => use(socket))
    open.add(socket)
    socket.on('error', () => {})
    socket.on('data', () => {})
    socket.on('close', () => {
      open.delete(socket)
      if (stopped) return
      closed++
      setTimeout(() => stopped || join(), 100)
    })
  }
  for (let count = 0; count < sockets; count++) {
    join()
    if (count % 200 === 199) await pause(10)
  }
  return {
    stop: async () => {
      stopped = true
      for (const socket of open) socket.destroy()
      return { flooded: 0, closed }
    },
  }
}

function drip(socket: Socket, bytes: Buffer): void {
  let at = 0
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer)
    else socket.write(bytes.subarray(at, ++at))
  }, 100)
  socket.once('close', () => clearInterval(timer))
}
