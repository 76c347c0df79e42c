import { z } from 'zod'
import { GatewayBook } from '../../model/gateway-book.ts'

const Text = z.string().max(10_000)

/** A payload that was refused: kept raw, with the reason and what to do. */
export const Refused = z.object({
  id: z.number(),
  gateway: Text,
  topic: Text,
  receivedAt: Text,
  code: Text,
  field: Text,
  value: Text,
  reason: Text,
  remedy: Text,
  readings: z.number(),
})
export type Refused = z.infer<typeof Refused>

export const GatewayList = z.object({
  items: z
    .array(
      z.object({ gateway: Text, lastSeenAt: Text.nullable(), book: GatewayBook, refusals: z.array(Refused).max(100).optional() }),
    )
    .max(100_000),
})
export type GatewayStatus = z.infer<typeof GatewayList>['items'][number]

export const QuarantineList = z.object({ items: z.array(Refused).max(10_000), nextCursor: Text.nullable() })

export const RefusedPayload = z.object({
  payload: z.object({ base64: z.string().max(8_000_000), text: z.string().max(8_000_000).nullable() }),
})

export const Replayed = z.object({ replayed: z.number() })
