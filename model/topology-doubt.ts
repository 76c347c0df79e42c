import { z } from 'zod'
import { Sentence } from './alert.ts'
import { Id, Name } from './field.ts'

/**
 * wrong-area: fed by another transformer than the one on whose books it is (户变关系错误); wrong-multiplier: it counts
 * several times what it should (倍率错误).
 */
export const TOPOLOGY_DOUBTS = ['wrong-area', 'wrong-multiplier'] as const

/** A meter whose load is missing from the remainder of the area that has it on its books. */
export const TopologyDoubt = z.object({
  usagePoint: z.string().max(128),
  meter: z.string().max(128).nullable(),
  bookedArea: z.string().max(128).describe('the transformer area that has it on its books'),
  probableArea: z.string().max(128).nullable().describe('the neighbour that probably feeds it; null when none is certain'),
  kind: z.enum(TOPOLOGY_DOUBTS),
  multiplier: z
    .number()
    .positive()
    .nullable()
    .describe('it counts so many times what it should; null for wrong-area and when no plausible ratio fits'),
  since: z.iso.date().describe('the local day whose readings settled it; the error itself may be years old'),
  slope: z.number().describe("of the booked area's remainder over the meter: −1 when all of its load is missing"),
  slopeError: z.number().nonnegative().describe('standard error of the slope'),
  meanW: z.number().describe('W that it counted on average over its last days, at most 25'),
  sentence: Sentence.describe('what was seen, and what to check on site'),
})
export type TopologyDoubt = z.infer<typeof TopologyDoubt>

/** Which doubts to list: newest `since` first, then by usage point. */
export const TopologyDoubtQuery = z.strictObject({
  area: Id.optional().describe('meters booked on this transformer area or probably fed by it'),
  county: Name.optional().describe('meters booked on areas of this county'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(300).optional().describe('nextCursor of the page before'),
})
export type TopologyDoubtQuery = z.infer<typeof TopologyDoubtQuery>

export const TopologyDoubtPage = z.object({
  items: z.array(TopologyDoubt).max(500),
  nextCursor: z.string().max(300).nullable(),
})
export type TopologyDoubtPage = z.infer<typeof TopologyDoubtPage>
