import { z } from 'zod'
import type { AuditReader } from '../../model/audit-record.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { AUDITORS } from './policy.ts'
import { problems } from './problem.ts'

const Page = z.object({
  items: z.array(
    z.object({
      sequence: z.int(),
      at: Instant,
      actor: z.string().describe('token:ID, user:NAME, local:UNIX-USER, gateway:NAME, service or nobody'),
      role: z.string().nullable(),
      action: z.string(),
      subject: z.string(),
      detail: z.record(z.string(), z.unknown()).describe('`of`: the record of the beginning that this one ends'),
      outcome: z.string().describe('begun, then done, refused or failed'),
      hash: z.string().describe('SHA-256 over the record and the hash of the one before'),
    }),
  ),
  nextCursor: z.string().nullable(),
})

export function auditLogRoute(app: Api, audit: AuditReader): void {
  app.get(
    '/api/v1/audit',
    {
      config: { policy: AUDITORS },
      schema: {
        summary: 'Who did what, and what came of it, newest first',
        tags: ['audit'],
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          cursor: z
            .string()
            .regex(/^\d{1,15}$/, 'nextCursor of the page before')
            .optional(),
        }),
        response: { 200: Page, ...problems(400, 401, 403, 503) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const found = await audit.newest(limit + 1, cursor === undefined ? undefined : Number(cursor))
      const items = found.slice(0, limit).map(({ previousHash: _, at, detail, ...record }) => ({
        ...record,
        at: instantOf(at),
        detail: Detail.parse(JSON.parse(detail)),
      }))
      return { items, nextCursor: found.length > limit ? String(items[items.length - 1].sequence) : null }
    },
  )
}

const Detail = z.record(z.string(), z.unknown())
