/** A rule said no. `code` is stable and machine-readable; the API answers 409 with it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
