import { z } from 'zod'
import { Datum } from './datum.ts'
import { Id, Latitude, Longitude, Name } from './field.ts'

export const CATEGORIES = ['residential', 'agricultural', 'commercial', 'industrial', 'public'] as const
export const STATUSES = ['active', 'suspended', 'closed'] as const
export const ROLES = ['customer', 'area-total'] as const

/** Where supply is metered: an account's meter, or the transformer's own (role area-total). */
export const UsagePoint = z.strictObject({
  usagePoint: Id,
  meter: Id,
  area: Id.nullable(),
  category: z.enum(CATEGORIES),
  latitude: Latitude.nullable(),
  longitude: Longitude.nullable(),
  datum: Datum,
  contractKw: z.number().positive().max(1e6).nullable(),
  ctRatio: z.number().positive().max(1e5).nullable(),
  ptRatio: z.number().positive().max(1e5).nullable(),
  status: z.enum(STATUSES),
  /** UTC seconds. */
  statusSince: z.int().nonnegative().nullable(),
  role: z.enum(ROLES),
  name: Name.nullable(),
  county: Name.nullable(),
})
export type UsagePoint = z.infer<typeof UsagePoint>
