import { z } from 'zod'
import { GATEWAY_NAME } from '../../ingest/gateway-name.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { topicsOfGateway } from '../gateway-topics.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { LINE_KEEPERS, LINE_READERS } from './policy.ts'
import { problems } from './problem.ts'
import { Refused, refusedOf } from './refused.ts'
import type { EdgeRefusals, ServiceParts } from './service-parts.ts'

const GatewayName = z.string().regex(GATEWAY_NAME, '1 to 64 letters, digits, "-" and "_"')

const EdgeRefusalsView = z.object({
  code: z.string(),
  count: z.int(),
  firstAt: Instant,
  lastAt: Instant,
  remote: z.string(),
  topic: z.string(),
  reason: z.string(),
})

const Gateways = z.object({
  items: z.array(
    z.object({
      gateway: z.string(),
      lastSeenAt: Instant.nullable(),
      book: GatewayBook,
      meters: z.int().describe('usage points that only this gateway may report'),
      refusals: z.array(Refused).describe('the newest payloads that were refused, and why'),
      edgeRefusals: z
        .array(EdgeRefusalsView)
        .describe('logins, topics, wills and subscriptions that the MQTT edge refused, by reason'),
    }),
  ),
  upstreamGaps: z
    .array(z.object({ source: z.string(), from: Instant, to: Instant, gateways: z.array(z.string()), meters: z.int() }))
    .describe(
      'times in which an external broker had forgotten our session: what these gateways sent then may be lost, latest first',
    ),
  strangers: z.array(EdgeRefusalsView).describe('the same of those who are not registered'),
})

const NewGateway = z.object({
  gateway: z.string(),
  username: z.string(),
  password: z.string().describe('shown once'),
  topics: z.array(z.string()),
})

const RECENT_REFUSALS = 5

export function gatewayRoutes(app: Api, { gateways, quarantine }: Pick<ServiceParts, 'gateways' | 'quarantine'>): void {
  app.get(
    '/api/v1/gateways',
    {
      config: { policy: { ...LINE_READERS, polled: true } },
      schema: { summary: 'Gateways and their books', tags: ['gateways'], response: { 200: Gateways, ...problems() } },
    },
    async () => {
      const edgeRefusals = gateways.edgeRefusals()
      return {
        items: gateways.list().map(({ gateway, lastSeenAt, book, meters }) => ({
          gateway,
          lastSeenAt: lastSeenAt === null ? null : instantOf(lastSeenAt),
          book,
          meters,
          refusals: book.quarantined > 0 ? quarantine.list({ gateway, limit: RECENT_REFUSALS }).map(refusedOf) : [],
          edgeRefusals: (edgeRefusals.get(gateway) ?? []).map(edgeRefusalsOf),
        })),
        upstreamGaps: gateways.upstreamGaps().map((gap) => ({
          ...gap,
          from: instantOf(gap.from),
          to: instantOf(gap.to),
          gateways: [...gap.gateways],
        })),
        strangers: (edgeRefusals.get('') ?? []).map(edgeRefusalsOf),
      }
    },
  )

  app.post(
    '/api/v1/gateways',
    {
      config: { policy: LINE_KEEPERS, audit: { action: 'gateway.add', fields: ['name'] } },
      schema: {
        summary: 'Register a gateway; its password is shown once',
        tags: ['gateways'],
        security: [{ token: [] }],
        body: z.strictObject({ name: GatewayName }),
        response: { 201: NewGateway, ...problems(400, 401, 403, 409, 503) },
      },
    },
    async ({ body }, reply) => {
      const { gateway, password } = gateways.create(body.name)
      return reply.code(201).send({ gateway, username: gateway, password, topics: topicsOfGateway(gateway) })
    },
  )
}

function edgeRefusalsOf({
  code,
  count,
  firstAt,
  lastAt,
  remote,
  topic,
  reason,
}: EdgeRefusals): z.output<typeof EdgeRefusalsView> {
  return { code, count, firstAt: instantOf(firstAt), lastAt: instantOf(lastAt), remote, topic, reason }
}
