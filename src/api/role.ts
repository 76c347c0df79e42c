import { z } from 'zod'

/** Who a token speaks for. Every role reads; what each may change stands at the route. */
export const ROLES = ['operator', 'bureau', 'inspector', 'integrator', 'auditor', 'admin'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>
