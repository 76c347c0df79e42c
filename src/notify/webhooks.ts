/** All webhooks of the configuration, each on its own: one that hangs holds up no other, and neither judging nor the feed. */
import { Counter, Gauge, type Registry } from 'prom-client'
import { type PostOptions, postWebhook } from './post-webhook.ts'
import type { WebhookConfig } from './webhook-config.ts'
import { WebhookCursors } from './webhook-cursors.ts'
import { type EventSource, type Pauses, type SenderState, WebhookSender } from './webhook-sender.ts'

export interface WebhooksParts {
  readonly webhooks: readonly WebhookConfig[]
  /** File of their places in the log; made when there is a webhook. */
  readonly file: string
  readonly sourceOf: (webhook: WebhookConfig) => EventSource
  /** Calls when something happened; returns the way to stop. */
  readonly onEvents: (listener: () => void) => () => void
  readonly post: PostOptions
  readonly pauses: Pauses
  readonly registry: Registry
  readonly onTrouble: (webhook: string, trouble: string | null) => void
}

export interface Webhooks {
  states(): readonly SenderState[]
  /** Breaks off what is under way: it comes again with the next start. */
  stop(): Promise<void>
}

export function startWebhooks(parts: WebhooksParts): Webhooks {
  const { webhooks, file, sourceOf, onEvents, post, pauses, registry, onTrouble } = parts
  if (webhooks.length === 0) return { states: () => [], stop: async () => {} }
  const cursors = new WebhookCursors(file)
  const senders = webhooks.map(
    (webhook) =>
      new WebhookSender(webhook, {
        ...{ source: sourceOf(webhook), cursors, pauses, now: post.now },
        post: (message, signal) => postWebhook(webhook, message, post, signal),
        onTrouble: (trouble) => onTrouble(webhook.name, trouble),
      }),
  )
  const states = () => senders.map((sender) => sender.state)
  const forget = onEvents(() => {
    for (const sender of senders) sender.wake()
  })
  webhookMetrics(registry, states)
  return {
    states,
    stop: async () => {
      forget()
      await Promise.all(senders.map((sender) => sender.stop()))
      cursors.close()
    },
  }
}

function webhookMetrics(registry: Registry, states: () => readonly SenderState[]): void {
  const [labelNames, registers] = [['webhook'], [registry]]
  const counters = [
    ['adit_webhook_delivered_total', 'Alert events that the receiver took', ({ delivered }: SenderState) => delivered],
    ['adit_webhook_failed_total', 'Tries that failed and are made again', ({ failed }: SenderState) => failed],
  ] as const
  for (const [name, help, value] of counters) {
    new Counter({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset()
        for (const state of states()) this.inc({ webhook: state.name }, value(state))
      },
    })
  }
  new Gauge({
    ...{
      name: 'adit_webhook_pending',
      help: 'Alert events of the log that a webhook has not come by yet',
      labelNames,
      registers,
    },
    collect() {
      for (const { name, pending } of states()) this.set({ webhook: name }, pending)
    },
  })
}
