/**
 * What unreadable packets cost the readable ones: the same good load is offered at a fixed rate, alone and with poison
 * beside it. The clock stops when the last good reading is in the books; then every poison must lie in quarantine with its
 * reason.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Quarantine } from '../ingest/quarantine.ts'
import { meterOf } from './load-county.ts'
import { RawPublisher } from './raw-publisher.ts'
import { type ServeProcess, startServe } from './serve-process.ts'

export interface PoisonResult {
  /** Good readings received, stored and judged, a second. */
  readonly goodPerSecond: number
  readonly poison: number
  /** Poison packets that lie in quarantine with a reason and a remedy, each once. */
  readonly kept: number
  /** By code, so that it is seen of how many kinds they were. */
  readonly codes: Readonly<Record<string, number>>
}

export interface PoisonLoad {
  readonly readings: number
  /** Offered, good readings a second. */
  readonly perSecond: number
  /** Poison packets for each good one. */
  readonly share: number
}

const USAGE_POINTS = 20_000
const PER_MESSAGE = 100
const SECONDS = 900
/** Sent and not acknowledged: beyond it the publisher waits, as gateways do. */
const MOST_IN_FLIGHT = 1_000

export async function benchPoison({ readings, perSecond, share }: PoisonLoad): Promise<PoisonResult> {
  const server = await startServe({ usagePoints: USAGE_POINTS })
  try {
    const messages = Math.ceil(readings / PER_MESSAGE)
    const good = await RawPublisher.connect(server.mqttPort, 'gw-0', server.passwords[0] ?? '')
    const bad = await RawPublisher.connect(server.mqttPort, 'gw-1', server.passwords[1] ?? '')
    const began = performance.now()
    const poison = await publishBeside(good, bad, messages, { perSecond, share }, began)
    const ended = await goodReceived(server, messages * PER_MESSAGE)
    await waitForPoison(server, poison)
    good.close()
    bad.close()
    const goodPerSecond = (messages * PER_MESSAGE * 1_000) / (ended - began)
    return { goodPerSecond, poison, ...keptPoison(server.directory) }
  } finally {
    await server.stop()
  }
}

/** Resolves with how many poison packets were sent, when all of them and all good ones are acknowledged. */
async function publishBeside(
  good: RawPublisher,
  bad: RawPublisher,
  messages: number,
  { perSecond, share }: Pick<PoisonLoad, 'perSecond' | 'share'>,
  began: number,
): Promise<number> {
  let poison = 0
  const waiting: Promise<boolean>[] = []
  for (let message = 0; message < messages; message++) {
    waiting.push(good.publish('adit/v1/gw-0/readings', goodPayload(message)))
    while (poison < Math.floor((message + 1) * share)) waiting.push(bad.publish('adit/v1/gw-1/readings', poisonPayload(poison++)))
    const ahead = ((message + 1) * PER_MESSAGE * 1_000) / perSecond - (performance.now() - began)
    if (ahead > 2) await delay(ahead)
    while (good.inFlight + bad.inFlight > MOST_IN_FLIGHT) await delay(1)
  }
  const acknowledged = await Promise.all(waiting)
  if (acknowledged.includes(false)) throw new Error('a packet was not acknowledged')
  return poison
}

const BEGIN = (Math.floor(Date.now() / 86_400_000) - 30) * 86_400

function goodPayload(message: number): Uint8Array {
  const perInterval = USAGE_POINTS / PER_MESSAGE
  const first = (message % perInterval) * PER_MESSAGE
  const start = instantOf(BEGIN + Math.floor(message / perInterval) * SECONDS)
  const readings = Array.from({ length: PER_MESSAGE }, (_, i) => `["${meterOf(first + i)}",${50 + ((first + i) % 100)}]`)
  return Buffer.from(`{"start":"${start}","seconds":${SECONDS},"readings":[${readings.join(',')}]}`)
}

/** As long as good ones, each another, and refused as a whole: cut off, no JSON, a wrong time, a wrong value, no field, no text. */
function poisonPayload(number: number): Uint8Array {
  const right = Buffer.from(goodPayload(number)).toString()
  switch (number % 6) {
    case 0:
      return Buffer.from(right.slice(0, -20 - (number % 500)))
    case 1:
      return Buffer.from(`${number}${right}`)
    case 2:
      return Buffer.from(right.replace(/"start":"[^"]*"/, `"start":"2026-02-30T00:00:${String(number % 60).padStart(2, '0')}Z"`))
    case 3:
      return Buffer.from(right.replace(/,\d+\]\]\}$/, `,-${number + 1}]]}`))
    case 4:
      return Buffer.from(right.replace('"readings"', `"readings${number}"`))
    default:
      return Buffer.from(right).fill(0xff, 100, 200 + (number % 100))
  }
}

function instantOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

const PATIENCE_MS = 600_000

/** The time of `performance.now()` at which the good gateway's last reading was in the book. */
async function goodReceived(server: ServeProcess, readings: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const book = (await server.books()).get('gw-0')
    const now = performance.now()
    if (book !== undefined && book.received >= readings) {
      if (book.stored !== readings) throw new Error(`${book.stored} of ${readings} good readings were stored`)
      return now
    }
    if (now > deadline) throw new Error(`${book?.received ?? 0} of ${readings} good readings after ${PATIENCE_MS / 1_000} s`)
    await delay(25)
  }
}

async function waitForPoison(server: ServeProcess, poison: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (poison > 0 && ((await server.books()).get('gw-1')?.quarantined ?? 0) < poison) {
    if (performance.now() > deadline) throw new Error('the poison packets are not in the books')
    await delay(50)
  }
}

function keptPoison(directory: string): Pick<PoisonResult, 'kept' | 'codes'> {
  const quarantine = new Quarantine({ path: join(directory, 'quarantine.db') })
  const codes: Record<string, number> = {}
  let kept = 0
  for (let before: number | undefined; ; ) {
    const page = quarantine.list({ gateway: 'gw-1', limit: 10_000, ...(before !== undefined && { before }) })
    for (const { code, reason, remedy, id } of page) {
      if (reason === '' || remedy === '' || quarantine.get(id) === undefined) continue
      kept++
      codes[code] = (codes[code] ?? 0) + 1
    }
    before = page.at(-1)?.id
    if (before === undefined) break
  }
  quarantine.close()
  return { kept, codes }
}
