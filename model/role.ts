import { z } from 'zod'

/** Whom somebody speaks for. What each may stands at the route. */
export const ROLES = ['operator', 'bureau', 'inspector', 'integrator', 'auditor', 'admin'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>
