import { z } from 'zod'
import { Name } from '../../model/field.ts'
import type { Api } from './api.ts'
import { LINE_KEEPERS, LINE_READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import { Refused, refusedOf } from './refused.ts'
import type { QuarantineList } from './service-parts.ts'

const Page = z.object({ items: z.array(Refused), nextCursor: z.string().nullable() })
const Detail = Refused.extend({
  payload: z.object({
    base64: z.string(),
    text: z.string().nullable().describe('the same as text, null when it is not UTF-8'),
  }),
})

export function quarantineRoutes(app: Api, quarantine: QuarantineList): void {
  app.get(
    '/api/v1/quarantine',
    {
      config: { policy: { ...LINE_READERS, polled: true } },
      schema: {
        summary: 'Payloads that were refused, newest first',
        tags: ['quarantine'],
        querystring: z.strictObject({
          gateway: Name.optional(),
          code: z.string().max(64).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(100),
          cursor: z
            .string()
            .regex(/^\d{1,15}$/, 'nextCursor of the page before')
            .optional(),
        }),
        response: { 200: Page, ...problems(400) },
      },
    },
    async ({ query: { gateway, code, limit, cursor } }) => {
      const before = cursor === undefined ? {} : { before: Number(cursor) }
      const found = quarantine.list({ ...(gateway && { gateway }), ...(code && { code }), ...before, limit: limit + 1 })
      const items = found.slice(0, limit).map(refusedOf)
      return { items, nextCursor: found.length > limit ? String(items[items.length - 1].id) : null }
    },
  )

  app.get(
    '/api/v1/quarantine/:id',
    {
      config: { policy: LINE_READERS },
      schema: {
        summary: 'One refused payload, raw',
        tags: ['quarantine'],
        params: z.strictObject({ id: z.coerce.number().int().min(1) }),
        response: { 200: Detail, ...problems(400, 404) },
      },
    },
    async ({ params }) => {
      const found = quarantine.get(params.id)
      if (!found) throw new ApiProblem(404, 'refused', `No refused payload has the id ${params.id}; it may have been replayed.`)
      const base64 = Buffer.from(found.payload).toString('base64')
      return { ...refusedOf(found.refused), payload: { base64, text: textOf(found.payload) } }
    },
  )

  app.post(
    '/api/v1/quarantine/replay',
    {
      config: { policy: LINE_KEEPERS, audit: { action: 'quarantine.replay', fields: ['gateway', 'code', 'ids'] } },
      schema: {
        summary: 'Try refused payloads again, after the mapping or the ledger was put right',
        tags: ['quarantine'],
        security: [{ token: [] }],
        body: z.strictObject({
          ids: z.array(z.int().positive()).max(10_000).optional(),
          gateway: Name.optional(),
          code: z.string().max(64).optional(),
        }),
        response: { 200: z.object({ replayed: z.int() }), ...problems(400, 401, 403, 503) },
      },
    },
    async ({ body: { ids, gateway, code } }) => ({
      replayed: await quarantine.replay({ ...(ids && { ids }), ...(gateway && { gateway }), ...(code && { code }) }),
    }),
  )
}

function textOf(payload: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload)
  } catch {
    return null
  }
}
