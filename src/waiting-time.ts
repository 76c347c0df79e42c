/** How long was waited for a disk or a server, as the line insisted. */
export class WaitingTime {
  readonly #now: () => number
  #since: number | undefined
  #spent = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Trouble, or null when it is over. */
  hear(trouble: Error | null): void {
    if (trouble !== null) {
      this.#since ??= this.#now()
      return
    }
    this.#spent = this.spent
    this.#since = undefined
  }

  /** Milliseconds. */
  get spent(): number {
    return this.#spent + (this.#since === undefined ? 0 : this.#now() - this.#since)
  }
}
