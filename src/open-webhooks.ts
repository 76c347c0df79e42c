import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { AlertEvent } from '../model/alert-event.ts'
import about from '../package.json' with { type: 'json' }
import type { AlertReader, ServiceParts } from './api/service-parts.ts'
import { visibleParts } from './api/visible-parts.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import { type Resolve, systemResolve } from './notify/reachable-address.ts'
import type { Pauses } from './notify/webhook-sender.ts'
import { startWebhooks, type Webhooks } from './notify/webhooks.ts'

const TIMEOUT_MS = 10_000
const PAUSES: Pauses = { firstMs: 1_000, longestMs: 2 * 3_600_000, random: Math.random }

export interface WebhookSurroundings {
  readonly config: Pick<Config, 'webhooks'>
  readonly files: Pick<DataFiles, 'webhooks'>
  readonly parts: ServiceParts
  /** Calls after alerts were committed. */
  readonly onEvents: AlertReader['onEvents']
  readonly registry: Registry
  readonly log: Logger
  readonly resolve?: Resolve
  readonly pauses?: Pauses
  readonly timeoutMs?: number
}

/** Webhooks over the alert events; each sees what somebody sees who is bound to its counties and may unmask nothing. */
export function openWebhooks({
  config,
  files,
  parts,
  onEvents,
  registry,
  log,
  resolve = systemResolve,
  pauses = PAUSES,
  timeoutMs = TIMEOUT_MS,
}: WebhookSurroundings): Webhooks {
  const { alerts, feedKey } = parts
  const visibleIn = visibleParts(parts)
  return startWebhooks({
    webhooks: config.webhooks,
    file: files.webhooks,
    sourceOf: ({ counties = null }) => ({
      eventsAfter: (sequence, limit) => alerts.eventsAfter(sequence, limit),
      lastSequence: () => alerts.lastSequence(),
      show: (events) => visibleIn(counties).alerts.show(events),
      idOf: (event) => eventId(feedKey, event),
    }),
    onEvents: (listener) => onEvents(() => listener()),
    post: { resolve, now: Date.now, timeoutMs, userAgent: `adit/${about.version}` },
    pauses,
    registry,
    onTrouble: (webhook, trouble) => {
      if (trouble === null) log.info({ webhook }, 'alerts are delivered to the webhook again')
      else log.warn({ webhook, reason: trouble }, 'alerts cannot be delivered to the webhook; they wait')
    },
  })
}

/** The same for the same event at the same place; the place cannot be read or guessed from it. */
function eventId(key: Uint8Array, { sequence, kind, alert: { id, revision } }: AlertEvent): string {
  return `evt_${createHmac('sha256', key).update(`${sequence} ${kind} ${id} ${revision}`).digest('hex').slice(0, 32)}`
}
