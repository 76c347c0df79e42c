import { ROLES, type Role } from '../../model/role.ts'

/** Who may call a route, and what of it somebody gets who is bound to counties. Every route has one, or is not registered. */
export interface Policy {
  /** `anybody`: without saying who they are. */
  readonly roles: readonly Role[] | 'anybody'
  /**
   * `by-county`: the rows of the caller's counties, through `request.visible` only; `whole`: it speaks of all counties at once,
   * and who is bound to some may not call it; `nothing`: it holds no rows of any county.
   */
  readonly answers: 'by-county' | 'whole' | 'nothing'
  /** Asked again and again by an open page: keeps no session awake. */
  readonly polled?: true
  /** Who asks is of no matter and not looked up. */
  readonly blind?: true
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy
  }
}

export const OPEN: Policy = { roles: 'anybody', answers: 'nothing' }
/** Files of the page, which hold no secrets. */
export const FILES: Policy = { ...OPEN, blind: true }
/** Whoever may read at all. */
export const ANYONE: Policy = { roles: ROLES, answers: 'nothing' }
/** What was found and where: every role, each in its counties. */
export const READERS: Policy = { roles: ROLES, answers: 'by-county' }
/** What gateways sent, raw payloads of many households among it: those who keep the line running, and who checks them. */
export const LINE_READERS: Policy = { roles: ['operator', 'integrator', 'auditor', 'admin'], answers: 'whole' }
/** Who did what. Not operators: they would see who looks at what they sent. */
export const AUDITORS: Policy = { roles: ['auditor', 'admin'], answers: 'whole' }
/** Counts of the whole service, without a name in them. */
export const WATCHERS: Policy = { roles: ROLES, answers: 'whole' }
export const LINE_KEEPERS: Policy = { roles: ['integrator', 'admin'], answers: 'whole' }
