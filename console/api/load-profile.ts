import { z } from 'zod'

const Numbers = z.array(z.number()).max(500_000)
const NullableNumbers = z.array(z.number().nullable()).max(500_000)

/** Interval readings of a usage point, or the residual of an area, as columns in order of `start` (UTC seconds). */
export const LoadProfile = z.object({
  start: Numbers,
  seconds: Numbers,
  energyWh: NullableNumbers,
  quality: Numbers.optional(),
  revisions: Numbers.optional(),
  expected: z.object({ lowW: NullableNumbers, highW: NullableNumbers }).nullish(),
})
export type LoadProfile = z.infer<typeof LoadProfile>
