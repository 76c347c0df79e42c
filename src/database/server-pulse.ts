/**
 * A server that hangs says nothing to anybody; one that works long on a statement still answers who else asks. While somebody
 * waits long, it is asked beside whether it is there. When it is not, all who wait are told, its connections are cut, so that
 * none of them is waited for when it is back, and who comes is told at once until it answers again.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** A statement may take as long before anybody asks. */
const LONG_MS = 1_000
/** So many turns of ours it has for an answer: a time in which we were busy ourselves is one turn and no silence. */
const TURNS = 15
const TURN_MS = 100

export interface PulsedServer {
  /** Whether it is there, as far as it says anything before the signal aborts. Never rejects. */
  isThere(signal: AbortSignal): Promise<boolean>
  /** Breaks off all connections. */
  cut(): void
}

export class ServerPulse {
  readonly #server: PulsedServer
  /** Since when each waits, the longest first. */
  readonly #waiting = new Map<(silence: Error) => void, number>()
  #silence: Error | undefined
  #following = false
  #closed = false

  constructor(server: PulsedServer) {
    this.#server = server
  }

  /** Rejects when the server says nothing, with `work` neither done nor not done for certain. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#silence) throw this.#silence
    const { promise: silence, reject } = Promise.withResolvers<never>()
    this.#waiting.set(reject, performance.now())
    if (!this.#following) void this.#follow()
    try {
      return await Promise.race([work(), silence])
    } finally {
      this.#waiting.delete(reject)
    }
  }

  /** Asks no more by itself; what is waited for is followed to its end. */
  close(): void {
    this.#closed = true
  }

  async #follow(): Promise<void> {
    this.#following = true
    while (this.#waiting.size > 0 || (this.#silence && !this.#closed)) {
      const [oldest] = this.#waiting.values()
      const left = oldest === undefined ? 0 : oldest + LONG_MS - performance.now()
      if (left <= 0) this.#take(await this.#asked())
      await quiet(left > 0 ? left : LONG_MS)
    }
    this.#following = false
  }

  async #asked(): Promise<boolean> {
    const giveUp = new AbortController()
    let there: boolean | undefined
    const answer = this.#server.isThere(giveUp.signal).then((said) => {
      there = said
    })
    for (let turn = 0; turn < TURNS && there === undefined; turn++) await Promise.race([answer, quiet(TURN_MS)])
    giveUp.abort()
    return there ?? false
  }

  #take(there: boolean): void {
    if (there) {
      // what was opened meanwhile is of those who were told, and may never be answered
      if (this.#silence) this.#server.cut()
      this.#silence = undefined
      return
    }
    this.#silence = new Error('timeout: nothing is heard of the server')
    for (const tell of this.#waiting.keys()) tell(this.#silence)
    this.#server.cut()
  }
}

/** A process that has nothing else to do ends meanwhile. */
async function quiet(ms: number): Promise<void> {
  await pause(ms, undefined, { ref: false })
}
