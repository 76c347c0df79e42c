import type { Counties } from './counties.ts'
import type { Role } from './role.ts'

/** Somebody who signed in. Instants are epoch milliseconds. */
export interface Session {
  readonly name: string
  readonly role: Role
  readonly counties: Counties
  /** False for whom an issuer vouches for. */
  readonly hasPassword: boolean
  /** Ends then at the latest. */
  readonly until: number
  /** What a request that changes something must repeat. */
  readonly csrf: string
}

/** From where, and when, somebody shows who they are. */
interface Attempt {
  readonly address: string
  /** The cookie of a device that signed in before; empty without. */
  readonly device: string
  readonly now: number
}

export interface SignInAttempt extends Attempt {
  readonly name: string
  readonly password: string
  /** Of the second factor, or a recovery code; empty without. */
  readonly code: string
}

/** `refused`: the name, the password or the code is wrong; which of them is told to nobody. */
export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly token: string; readonly device: string; readonly session: Session }
  /** `account`: the name when it is one, for the audit log alone. */
  | { readonly outcome: 'refused'; readonly account: string | null }
  | { readonly outcome: 'paused'; readonly seconds: number }

export interface PasswordChange extends SignInAttempt {
  readonly newPassword: string
  /** Of the session that asks, which goes on; all others of theirs end. */
  readonly token: string
}

export type PasswordOutcome =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'paused'; readonly seconds: number }

/** Back from the issuer: what it sent along, and what was given to the browser when it left. */
export interface SignOnAnswer extends Attempt {
  readonly query: string
  readonly trip: string
}

export interface SignOnCode extends Attempt {
  /** The cookie of whom the issuer vouched for. */
  readonly vouched: string
  readonly code: string
}

/**
 * `failed`: the answer is not one to be believed, or came too late; `unknown`: the issuer knows them and nobody here gave them
 * a role; `second-factor`: they would be an admin, and nobody asked for a second factor.
 */
export const SIGN_ON_REFUSALS = ['failed', 'unknown', 'disabled', 'second-factor', 'cancelled', 'unreachable'] as const
export type SignOnRefusal = (typeof SIGN_ON_REFUSALS)[number]

export type SignOnOutcome =
  | (Extract<SignInOutcome, { outcome: 'signed-in' }> & { readonly to: string })
  /** Their own code is still wanted; `vouched` is for a cookie. */
  | { readonly outcome: 'code-wanted'; readonly vouched: string; readonly account: string; readonly to: string }
  /** `who` and `reason` are for the audit log: whom the issuer named, and what was wrong. */
  | {
      readonly outcome: 'refused'
      readonly why: SignOnRefusal
      readonly who: string
      readonly reason: string
      readonly to: string
    }
