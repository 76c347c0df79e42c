import { z } from 'zod'
import { Alert } from './alert.ts'
import { Id, Name } from './field.ts'

/** Which alerts to list: those raised, or last opened again, most lately first, then by id. */
export const AlertQuery = z.strictObject({
  state: z.enum(['open', 'cleared', 'all']).default('open').describe('open: clearedAt is null'),
  mine: Id.optional().describe('alerts that name this mine'),
  area: Id.optional().describe('alerts of this transformer area and of its usage points'),
  county: Name.optional(),
  since: z.iso.datetime({ offset: true }).optional().describe('raised, or opened again, at or after this instant'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(300).optional().describe('nextCursor of the page before'),
})
export type AlertQuery = z.infer<typeof AlertQuery>

export const AlertPage = z.object({ items: z.array(Alert).max(500), nextCursor: z.string().max(300).nullable() })
export type AlertPage = z.infer<typeof AlertPage>

/** Where the subject of an alert lies; null where no ledger says. */
export interface Place {
  readonly area: string | null
  readonly county: string | null
}
