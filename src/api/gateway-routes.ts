import { z } from 'zod'
import { GATEWAY_NAME } from '../../ingest/gateway-name.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { topicsOfGateway } from '../gateway-topics.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { problems } from './problem.ts'
import { Refused, refusedOf } from './refused.ts'
import type { ServiceParts } from './service-parts.ts'

const GatewayName = z.string().regex(GATEWAY_NAME, '1 to 64 letters, digits, "-" and "_"')

const Gateways = z.object({
  items: z.array(
    z.object({
      gateway: z.string(),
      lastSeenAt: Instant.nullable(),
      book: GatewayBook,
      refusals: z.array(Refused).describe('the newest payloads that were refused, and why'),
    }),
  ),
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
    { schema: { summary: 'Gateways and their books', tags: ['gateways'], response: { 200: Gateways, ...problems() } } },
    async () => ({
      items: gateways.list().map(({ gateway, lastSeenAt, book }) => ({
        gateway,
        lastSeenAt: lastSeenAt === null ? null : instantOf(lastSeenAt),
        book,
        refusals: book.quarantined > 0 ? quarantine.list({ gateway, limit: RECENT_REFUSALS }).map(refusedOf) : [],
      })),
    }),
  )

  app.post(
    '/api/v1/gateways',
    {
      config: { roles: ['integrator', 'admin'], audit: { action: 'gateway.add', fields: ['name'] } },
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
