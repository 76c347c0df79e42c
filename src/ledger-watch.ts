import type { Ledger } from '../model/ledger.ts'

/** A ledger store as far as the watch needs it. */
export interface VersionedLedgers {
  version(): number
  load(): Ledger
}

/** The ledgers of the moment, one immutable version at a time; `refresh` swaps it when somebody imported. */
export class LedgerWatch {
  readonly #store: VersionedLedgers
  #current: Ledger

  constructor(store: VersionedLedgers) {
    this.#store = store
    this.#current = store.load()
  }

  get current(): Ledger {
    return this.#current
  }

  /** The newest version, swapped in now if somebody imported: what came after an import finds its meters. A few microseconds. */
  newest(): Ledger {
    this.refresh()
    return this.#current
  }

  /** True when there was a new version. */
  refresh(): boolean {
    if (this.#store.version() === this.#current.version) return false
    this.#current = this.#store.load()
    return true
  }
}
