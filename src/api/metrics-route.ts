/** Prometheus metrics. Never a label per meter or usage point: a million series would be the first thing to fall over. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { z } from 'zod'
import type { Api } from './api.ts'
import { WATCHERS } from './policy.ts'
import { problems } from './problem.ts'
import type { ServiceParts } from './service-parts.ts'

/** `registry` may hold metrics of other parts already, such as the store's write seconds. */
export function metricsRoute(
  app: Api,
  parts: Pick<ServiceParts, 'progress' | 'alerts' | 'meters'>,
  registry = new Registry(),
): void {
  collectDefaultMetrics({ register: registry })
  serviceMetrics(registry, parts)
  app.get(
    '/metrics',
    {
      config: { policy: WATCHERS, rateLimit: false },
      schema: {
        summary: 'Metrics in the Prometheus text format',
        tags: ['service'],
        response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } }, ...problems() },
      },
    },
    async (_request, reply) =>
      reply
        .type(registry.contentType)
        .serializer(String)
        .send(await registry.metrics()),
  )
}

function serviceMetrics(
  registry: Registry,
  { progress, alerts, meters }: Pick<ServiceParts, 'progress' | 'alerts' | 'meters'>,
): void {
  const registers = [registry]
  new Counter({
    name: 'adit_packets_received_total',
    help: 'Packets that are on disk in the journal',
    registers,
    collect() {
      this.reset()
      this.inc(progress().packetsReceived)
    },
  })
  new Counter({
    name: 'adit_readings_total',
    help: 'Readings by what became of them',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, count] of Object.entries(progress().readings)) this.inc({ outcome }, count)
    },
  })
  const gauges: [name: string, help: string, value: () => number][] = [
    ['adit_pending', 'Packets on disk that were not judged yet', () => progress().pending],
    ['adit_judged_position', 'Journal position up to which packets were judged', () => progress().judgedPosition],
    ['adit_last_reading_seconds', 'Start of the newest interval judged, UTC seconds', () => progress().lastReadingAt ?? 0],
    ['adit_late_areas', 'Areas that wait to be judged again because readings came late', () => progress().lateAreas],
    ['adit_alerts_open', 'Alerts that are not cleared', () => alerts.counts().open],
    ['adit_usage_points_reporting', 'Usage points read within the last day of event time', () => meters(null).reporting],
  ]
  for (const [name, help, value] of gauges) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
}
