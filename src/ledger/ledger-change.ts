/** What an import did. */
export interface LedgerChange {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly refused: readonly LedgerRefusal[]
}

/** A record that contradicts the ledger; `index` counts from 0 in what was given. */
export interface LedgerRefusal {
  readonly index: number
  readonly field: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
}

export type Outcome = 'added' | 'changed' | 'unchanged' | Omit<LedgerRefusal, 'index'>

/** Counts what becomes of the records, in their order. */
export class ChangeCount {
  readonly #counts = { added: 0, changed: 0, unchanged: 0 }
  readonly #refused: LedgerRefusal[] = []
  #index = 0

  add(outcome: Outcome): void {
    const index = this.#index++
    if (typeof outcome === 'string') this.#counts[outcome]++
    else this.#refused.push({ index, ...outcome })
  }

  get total(): LedgerChange {
    return { ...this.#counts, refused: this.#refused }
  }
}
