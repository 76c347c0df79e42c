import { z } from 'zod'
import { Id, Name } from './field.ts'

/** Declared use that explains a load (合理用电): kiln, barn, irrigation, ore sorting with licence. Times in UTC seconds, `to` exclusive. */
export const LawfulUse = z.strictObject({
  usagePoint: Id,
  use: Name,
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  permit: Name.nullable(),
  maxKw: z.number().positive().max(1e6).nullable(),
})
export type LawfulUse = z.infer<typeof LawfulUse>
