import type { Counties } from './counties.ts'
import type { Role } from './role.ts'

/** Somebody who signed in. Instants are epoch milliseconds. */
export interface Session {
  readonly name: string
  readonly role: Role
  readonly counties: Counties
  /** Ends then at the latest. */
  readonly until: number
  /** What a request that changes something must repeat. */
  readonly csrf: string
}

export interface SignInAttempt {
  readonly name: string
  readonly password: string
  /** Of the second factor, or a recovery code; empty without. */
  readonly code: string
  readonly address: string
  /** The cookie of a device that signed in before; empty without. */
  readonly device: string
  readonly now: number
}

/** `refused`: the name, the password or the code is wrong; which of them is told to nobody. */
export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly token: string; readonly device: string; readonly session: Session }
  /** `account`: the name when it is one, for the audit log alone. */
  | { readonly outcome: 'refused'; readonly account: string | null }
  | { readonly outcome: 'paused'; readonly seconds: number }
