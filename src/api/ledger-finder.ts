import type { Ledger } from '../../model/ledger.ts'

const REMEMBERED = 10_000

/** Finds rows by id. A row number never changes its meaning, so what was found once stays true in every later ledger. */
export class LedgerFinder {
  readonly #ledger: () => Ledger
  readonly #usagePoints = new Map<string, number>()

  constructor(ledger: () => Ledger) {
    this.#ledger = ledger
  }

  /** -1 when no ledger knows the usage point. A linear search, about 10 ms in a million. */
  usagePoint(id: string): number {
    const known = this.#usagePoints.get(id)
    if (known !== undefined) return known
    const row = this.#ledger().usagePoints.id.indexOf(id)
    if (row >= 0) {
      if (this.#usagePoints.size >= REMEMBERED) this.#usagePoints.clear()
      this.#usagePoints.set(id, row)
    }
    return row
  }

  area(id: string): number {
    return this.#ledger().areas.id.indexOf(id)
  }
}
