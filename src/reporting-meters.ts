import { dayOf } from '../detectors/day-clock.ts'
import type { Ledger } from '../model/ledger.ts'
import { STATUSES } from '../model/usage-point.ts'
import type { Judgement } from './judgement.ts'

const FRESH_MS = 5_000
const ACTIVE = STATUSES.indexOf('active')

/** How many meters that should report do. Looks at every usage point, so what it found is given again for five seconds. */
export class ReportingMeters {
  readonly #judgement: Judgement
  readonly #ledger: () => Ledger
  #found = { known: 0, reporting: 0 }
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(judgement: Judgement, ledger: () => Ledger) {
    this.#judgement = judgement
    this.#ledger = ledger
  }

  /** `now` in milliseconds of any clock that only goes forward. */
  count(now: number): { readonly known: number; readonly reporting: number } {
    if (now - this.#lookedAt >= FRESH_MS) {
      this.#found = this.#look()
      this.#lookedAt = now
    }
    return this.#found
  }

  #look(): { known: number; reporting: number } {
    const { status, length } = this.#ledger().usagePoints
    const { bank, newestStart } = this.#judgement
    const yesterday = dayOf(bank.clock, newestStart) - 1
    const found = { known: 0, reporting: 0 }
    for (let row = 0; row < length; row++) {
      if (status[row] !== ACTIVE) continue
      found.known++
      if (newestStart > 0 && row < bank.rows && bank.window.newestDay(row) >= yesterday) found.reporting++
    }
    return found
  }
}
