import { z } from 'zod'

const Count = z.int().nonnegative()

/**
 * What became of a gateway's readings; a payload that cannot be decoded counts as one. Always balances:
 * received = stored + duplicate + superseded + quarantined + pending.
 */
export const GatewayBook = z.object({
  received: Count,
  stored: Count,
  duplicate: Count,
  superseded: Count,
  quarantined: Count,
  pending: Count,
})
export type GatewayBook = z.infer<typeof GatewayBook>
