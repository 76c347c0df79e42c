export type StoreTrouble = 'unreachable' | 'timeout' | 'overloaded' | 'unauthorised' | 'not-found' | 'failed'

/** The store could not take or give readings. Nothing may be assumed of what was sent: it is sent again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly trouble: StoreTrouble
  /** What to do about it, for the operator. */
  readonly remedy: string
  /** How long the server asks to be left alone, 0 when it does not say. */
  readonly retryAfterMs: number

  constructor(trouble: StoreTrouble, message: string, remedy: string, retryAfterMs = 0, cause?: unknown) {
    super(`${message}. ${remedy}`, { cause })
    this.trouble = trouble
    this.remedy = remedy
    this.retryAfterMs = retryAfterMs
  }
}
