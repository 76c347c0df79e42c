/** Saving may take a twentieth of the time. */
const SAVING_SHARE = 20

/**
 * When a checkpoint is due: after a while, and the longer the more expensive the last one was. `leftAside` counts what a
 * checkpoint spends on other things, in milliseconds: judging again what came late, and waiting for a disk or a store.
 */
export class CheckpointRhythm {
  readonly #now: () => number
  readonly #leftAside: () => number
  readonly #leastMs: number
  #due: number
  #began = 0
  #asideAtBegin = 0

  constructor(now: () => number, leftAside: () => number, leastMs: number) {
    this.#now = now
    this.#leftAside = leftAside
    this.#leastMs = leastMs
    this.#due = now() + leastMs
  }

  /** `news`: whether there is anything to save. */
  due(news: boolean): boolean {
    if (!news || this.#now() < this.#due) return false
    this.#began = this.#now()
    this.#asideAtBegin = this.#leftAside()
    return true
  }

  saved(): void {
    const ended = this.#now()
    const cost = ended - this.#began - (this.#leftAside() - this.#asideAtBegin)
    this.#due = ended + Math.max(this.#leastMs, SAVING_SHARE * cost)
  }
}
