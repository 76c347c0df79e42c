import { z } from 'zod'
import { Instant, instantOf } from './instant.ts'
import type { RefusedPayload } from './service-parts.ts'

/** A payload that was acknowledged and kept but not taken, and what to do about it. */
export const Refused = z.object({
  id: z.int(),
  gateway: z.string(),
  topic: z.string(),
  receivedAt: Instant,
  code: z.string(),
  field: z.string(),
  value: z.string(),
  reason: z.string(),
  remedy: z.string(),
  readings: z.int().describe('readings it stands for in the book'),
})

export function refusedOf(refused: RefusedPayload): z.output<typeof Refused> {
  const { id, gateway, topic, receivedAt, code, field, value, reason, remedy, readings } = refused
  return { id, gateway, topic, receivedAt: instantOf(receivedAt), code, field, value, reason, remedy, readings }
}
