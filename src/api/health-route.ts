import { z } from 'zod'
import type { Api } from './api.ts'
import { OPEN } from './policy.ts'
import { problems } from './problem.ts'
import type { ServiceParts } from './service-parts.ts'

const Status = z.enum(['pass', 'warn', 'fail'])
const Health = z.object({
  status: Status.describe('the worst of the parts; fail means not ready'),
  live: z.literal(true),
  ready: z.boolean(),
  version: z.string(),
  parts: z.array(
    z.object({
      part: z.enum(['journal', 'store', 'detectors', 'broker', 'database', 'webhooks', 'disk', 'files', 'issuer']),
      status: Status,
      detail: z.string(),
    }),
  ),
})

export function healthRoute(app: Api, parts: Pick<ServiceParts, 'health' | 'version'>): void {
  app.get(
    '/api/v1/health',
    {
      config: { policy: OPEN, rateLimit: false },
      schema: {
        summary: 'Liveness, and readiness of each part',
        description: '200 while ready, 503 when a part fails. An answer at all means live. Details are for who may read.',
        tags: ['service'],
        response: { 200: Health, 503: Health, ...problems() },
      },
    },
    async ({ caller }, reply) => {
      const states = await parts.health()
      const ready = states.every(({ status }) => status !== 'fail')
      const status = ready ? (states.some((part) => part.status === 'warn') ? 'warn' : 'pass') : 'fail'
      const told = states.map((part) => (caller === null ? { ...part, detail: 'sign in, or send a token, to read it' } : part))
      return reply.code(ready ? 200 : 503).send({ status, live: true, ready, version: parts.version, parts: told })
    },
  )
}
