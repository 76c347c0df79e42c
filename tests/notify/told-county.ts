/** The webhooks as the service runs them, over the alerts of two counties, with short pauses. */
import { join } from 'node:path'
import pino from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import type { AlertStore } from '../../src/alerts/alert-store.ts'
import type { Resolve } from '../../src/notify/reachable-address.ts'
import { WebhooksConfig } from '../../src/notify/webhook-config.ts'
import type { Webhooks } from '../../src/notify/webhooks.ts'
import { openWebhooks } from '../../src/open-webhooks.ts'
import { judgedCounties, type TwoCounties, twoCounties } from '../api/two-counties.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { KEY, Receiver, type ReceiverOptions } from './receiver.ts'

const JUDGED = judgedCounties()

type Entry = Readonly<Record<string, unknown>>

export interface ToldCounty {
  readonly world: TwoCounties
  readonly alerts: AlertStore
  readonly registry: Registry
  /** Opens them, or opens them again where they stopped. */
  tell(webhooks: readonly Entry[], resolve?: Resolve): Webhooks
}

export interface ToldOptions {
  /** Of the places in the log, so that another log can be put under it. */
  readonly file?: string
  readonly timeoutMs?: number
}

export async function toldCounty({
  file = join(scratchDirectory(), 'webhooks.db'),
  timeoutMs = 20_000,
}: ToldOptions = {}): Promise<ToldCounty> {
  const world = await twoCounties(JUDGED)
  const parts = { ...world.parts, feedKey: Buffer.alloc(32, 3) }
  const registry = new Registry()
  const log = pino({ level: 'silent' })
  const opened: Webhooks[] = []
  onTestFinished(async () => {
    for (const webhooks of opened) await webhooks.stop()
    await world.close()
  })
  return {
    world,
    alerts: world.alerts,
    registry,
    tell: (entries, resolve) => {
      registry.clear()
      const webhooks = openWebhooks({
        ...{ parts, files: { webhooks: file }, registry, log },
        config: { webhooks: WebhooksConfig.parse(entries) },
        onEvents: (listener) => world.alerts.onEvents(listener),
        pauses: { firstMs: 10, longestMs: 100, random: () => 0.5 },
        timeoutMs,
        ...(resolve && { resolve }),
      })
      const once = { ...webhooks, stop: onlyOnce(webhooks.stop) }
      opened.push(once)
      return once
    },
  }
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const receiver = await Receiver.start(options)
  onTestFinished(() => receiver.close())
  return receiver
}

export const OPEN: Entry = { secret: KEY, allowHttp: true, allowPrivate: ['127.0.0.1/32'] }

/** An entry of the configuration for a receiver on this machine. */
export function entryFor(receiver: Receiver, more: Entry = {}): Entry {
  return { ...OPEN, name: 'cases', url: receiver.url, ...more }
}

function onlyOnce(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined
  return () => {
    stopped ??= stop()
    return stopped
  }
}
