/**
 * From packet to alert on the live feed, while ten thousand readings a second come in: closed accounts draw power one after the
 * other, and the clock runs from the publish of the telling reading to its event on the stream.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { LedgerStore } from '../src/ledger/ledger-store.ts'
import { fillLoadLedger, loadUsagePoint, meterOf } from './load-county.ts'
import { quantile } from './machine.ts'
import { RawPublisher } from './raw-publisher.ts'
import { startServe } from './serve-process.ts'

export interface AlertLatency {
  readonly readingsPerSecond: number
  readonly alerts: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const USAGE_POINTS = 20_000
const CLOSED = 200
const SECONDS = 900
const INTERVAL_WH = 1500

export async function benchAlertLatency(readingsPerSecond = 10_000, alerts = CLOSED): Promise<AlertLatency> {
  const server = await startServe({ usagePoints: USAGE_POINTS, fill: (path) => fillWithClosed(path, alerts) })
  const seen = new Map<string, number>()
  const feed = new AbortController()
  try {
    // early in a day of judgement (noon at Shanghai): what tells must not be spread over two of them
    const begin = (Math.floor(Date.now() / 86_400_000) - 30) * 86_400 + 6 * 3_600
    const publisher = await RawPublisher.connect(server.mqttPort, 'gw-0', server.passwords[0] ?? '')
    const tell = await RawPublisher.connect(server.mqttPort, 'gw-1', server.passwords[1] ?? '')
    void listen(`${server.http}/api/v1/alerts/stream`, seen, feed.signal)
    const state = { interval: 0, going: true }
    const load = publishLoad(publisher, state, begin, readingsPerSecond)
    await delay(5_000)
    const sent = new Map<string, number>()
    for (let i = 0; i < alerts; i++) {
      // Two quarter-hours are a lamp; the third tells.
      for (const interval of [0, 1])
        await tell.publish('adit/v1/gw-1/readings', payloadOf(begin + interval * SECONDS, meterOf(i)))
    }
    for (let i = 0; i < alerts; i++) {
      sent.set(`U${i}`, performance.now())
      await tell.publish('adit/v1/gw-1/readings', payloadOf(begin + 2 * SECONDS, meterOf(i)))
      await delay(50)
    }
    const deadline = performance.now() + 30_000
    while (seen.size < alerts && performance.now() < deadline) await delay(50)
    state.going = false
    await load
    if (seen.size < alerts) throw new Error(`only ${seen.size} of ${alerts} alerts came within 30 s`)
    const latencies = [...sent].flatMap(([point, at]) => (seen.has(point) ? [(seen.get(point) ?? 0) - at] : []))
    return { readingsPerSecond, alerts: latencies.length, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
  } finally {
    feed.abort()
    await server.stop()
  }
}

function payloadOf(start: number, meter: string): Uint8Array {
  const iso = new Date(start * 1000).toISOString().slice(0, 19)
  return Buffer.from(`{"start":"${iso}Z","seconds":${SECONDS},"readings":[["${meter}",${INTERVAL_WH}]]}`)
}

/** The first points are closed accounts. */
async function fillWithClosed(file: string, closed: number): Promise<void> {
  await fillLoadLedger(file, USAGE_POINTS)
  const store = await LedgerStore.open({ database: { kind: 'embedded' }, file })
  await store.putUsagePoints(
    Array.from({ length: closed }, (_, i) => ({ ...loadUsagePoint(i), status: 'closed' as const, statusSince: 1_600_000_000 })),
  )
  await store.close()
}

/** All other points, a hundred a packet, interval after interval, at the wanted rate. */
async function publishLoad(
  publisher: RawPublisher,
  state: { interval: number; going: boolean },
  begin: number,
  perSecond: number,
): Promise<void> {
  const began = performance.now()
  let sent = 0
  while (state.going) {
    const start = new Date((begin + state.interval * SECONDS) * 1000).toISOString().slice(0, 19)
    for (let from = CLOSED; from < USAGE_POINTS && state.going; from += 100) {
      const readings = Array.from({ length: 100 }, (_, i) => `["${meterOf(from + i)}",${50 + ((from + i) % 100)}]`)
      void publisher.publish(
        'adit/v1/gw-0/readings',
        Buffer.from(`{"start":"${start}Z","seconds":${SECONDS},"readings":[${readings.join(',')}]}`),
      )
      sent += 100
      const ahead = (sent / perSecond) * 1000 - (performance.now() - began)
      if (ahead > 5) await delay(ahead)
    }
    state.interval++
  }
}

/** Notes when each usage point's first alert comes. */
async function listen(url: string, seen: Map<string, number>, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(url, { signal })
    let text = ''
    for await (const chunk of response.body ?? []) {
      const now = performance.now()
      text += Buffer.from(chunk).toString('utf8')
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const point = /"subject":\{"kind":"usage-point","id":"([^"]+)"/.exec(event)?.[1]
        if (point !== undefined && !seen.has(point)) seen.set(point, now)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
