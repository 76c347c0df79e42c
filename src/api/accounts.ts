import type { PasswordChange, PasswordOutcome, Session, SignInAttempt, SignInOutcome } from '../../model/session.ts'

/** People with a password of their own, and their sessions. */
export interface Accounts {
  /** True from the first account on, also when it is disabled later: reading without a login is over then. */
  exist(): Promise<boolean>
  signIn(attempt: SignInAttempt): Promise<SignInOutcome>
  /** Undefined when there is no such session any more; otherwise it stays awake, unless it was only `polled`. */
  sessionOf(token: string, now: number, polled: boolean): Promise<Session | undefined>
  /** Throws Refusal when the new password is not fit. */
  changePassword(change: PasswordChange): Promise<PasswordOutcome>
  signOut(token: string): Promise<void>
  /** Names the device that this cookie was given to, when it is one of ours. */
  deviceOf(cookie: string): string | undefined
}
