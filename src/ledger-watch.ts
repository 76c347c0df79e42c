import type { Ledger } from '../model/ledger.ts'
import { Refusal } from '../model/refusal.ts'
import { DatabaseUnavailable } from './database/database-unavailable.ts'
import { insist } from './insist.ts'

/** A ledger store as far as the watch needs it. */
export interface VersionedLedgers {
  version(): Promise<number>
  load(): Promise<Ledger>
}

/** Longer than this judging does not wait for the version: a server that hangs must not hold it up. */
const PATIENCE_MS = 2_000

/**
 * The ledgers of the moment, one immutable version at a time; a new one is swapped in when somebody imported. While their
 * database is away they stay as they are.
 */
export class LedgerWatch {
  readonly #store: VersionedLedgers
  readonly #told: (trouble: Error | null) => void
  #current: Ledger
  #trouble: Error | null = null
  #waiting = false
  #loading: Promise<void> | undefined

  private constructor(store: VersionedLedgers, current: Ledger, told: (trouble: Error | null) => void) {
    this.#store = store
    this.#current = current
    this.#told = told
  }

  /** `told` hears when the ledgers cannot be asked, and with null when they can again. */
  static async open(store: VersionedLedgers, told: (trouble: Error | null) => void): Promise<LedgerWatch> {
    return new LedgerWatch(store, await store.load(), told)
  }

  get current(): Ledger {
    return this.#current
  }

  /** Why a change would not be seen at the moment. */
  get trouble(): string | undefined {
    return this.#trouble?.message
  }

  /** Whether judging waits until they can be asked. */
  get waiting(): boolean {
    return this.#waiting && this.#trouble !== null
  }

  /** The newest version: what came after an import finds its meters. While their database is away those that are known, at once. */
  async newest(): Promise<Ledger> {
    if (this.#trouble === null) await this.refresh()
    return this.#current
  }

  /** The newest version for certain, waited for: for what was made with it. */
  async newestForCertain(signal: AbortSignal): Promise<Ledger> {
    const tell = (trouble: Error | null) => this.#tell(trouble)
    this.#waiting = true
    try {
      await insist(() => this.#look(), signal, tell)
    } finally {
      this.#waiting = false
    }
    return this.#current
  }

  /** Swaps in what somebody imported. */
  async refresh(): Promise<void> {
    try {
      await this.#look()
      this.#tell(null)
    } catch (error) {
      // also when another database is there now: what is known goes on, and health says so
      if (!(error instanceof DatabaseUnavailable || error instanceof Refusal)) throw error
      this.#tell(error)
    }
  }

  /** Looks by itself from now on; returns the way to stop. */
  follow(everyMs: number): () => void {
    let looking = false
    const timer = setInterval(() => {
      if (looking) return
      looking = true
      void this.refresh().finally(() => {
        looking = false
      })
    }, everyMs)
    return () => clearInterval(timer)
  }

  async #look(): Promise<void> {
    // a file of our own answers nothing else meanwhile
    await this.#loading
    const version = await inTime(this.#store.version())
    for (let loads = 0; version !== this.#current.version && loads < 2; loads++) {
      // one that is under way may have begun before the change
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined
      })
      await this.#loading
      if (this.#current.version > version) return
    }
  }

  async #load(): Promise<void> {
    this.#current = await this.#store.load()
  }

  #tell(trouble: Error | null): void {
    const before = this.#trouble
    this.#trouble = trouble
    if ((trouble === null) !== (before === null)) this.#told(trouble)
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new DatabaseUnavailable(`the database did not say within ${PATIENCE_MS / 1000} s whether the ledgers have changed`))
  }, PATIENCE_MS)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
