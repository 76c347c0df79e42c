import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { type LiveMonth, livePayloads } from '../../fixtures/live-month.ts'

export interface DemoGateway {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly password: string
  /** Seconds between two intervals; the first night goes in quick motion. */
  readonly pace: number
}

/** The mill runs tonight and is judged at noon: nobody should wait for that. */
const QUICK_INTERVALS = 72
const QUICK_PACE = 0.3

/** Publishes interval after interval through the MQTT edge as any gateway would, until the month is over or the signal aborts. */
export async function publishLive(live: LiveMonth, gateway: DemoGateway, signal: AbortSignal): Promise<void> {
  const { host, port, name, password, pace } = gateway
  const client = await connectAsync({
    host,
    port,
    protocol: 'mqtt',
    clientId: name,
    username: name,
    password,
    reconnectPeriod: 1000,
  })
  client.on('error', () => {}) // it connects again by itself
  try {
    let due = performance.now()
    let interval = 0
    for (const payloads of livePayloads(live)) {
      if (signal.aborted) return
      await Promise.all(payloads.map((payload) => client.publishAsync(`adit/v1/${name}/readings`, payload, { qos: 1 })))
      const seconds = interval++ < QUICK_INTERVALS ? Math.min(QUICK_PACE, pace) : pace
      due = Math.max(due + seconds * 1000, performance.now())
      await delay(due - performance.now(), undefined, { signal }).catch(() => {})
    }
  } finally {
    await client.endAsync(true)
  }
}
