import type { SignInOutcome, SignOnAnswer, SignOnCode, SignOnOutcome } from '../../model/session.ts'

/** Signing in through an issuer that vouches for people. */
export interface SingleSignOn {
  /** What the page calls it. */
  readonly label: string
  /** Our address as the issuer, and so the browser, knows it; no path. */
  readonly publicUrl: string
  /** Why it cannot be used now, undefined while it can. */
  readonly trouble: string | undefined
  /** Where the browser goes, and what it carries; undefined while the issuer is away. */
  begin(to: string, now: number): Promise<{ readonly url: string; readonly trip: string } | undefined>
  finish(answer: SignOnAnswer): Promise<SignOnOutcome>
  /** With the code of who was vouched for, and had to show one. */
  finishByCode(code: SignOnCode): Promise<SignInOutcome>
}
