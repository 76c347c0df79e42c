import { dayOf } from '../detectors/day-clock.ts'
import { type Counties, covers } from '../model/counties.ts'
import type { Ledger } from '../model/ledger.ts'
import { STATUSES } from '../model/usage-point.ts'
import type { Judgement } from './judgement.ts'

const FRESH_MS = 5_000
const REMEMBERED = 1_000
const ACTIVE = STATUSES.indexOf('active')

/** How many meters that should report do. Looks at every usage point, so what it found is given again for five seconds. */
export class ReportingMeters {
  readonly #judgement: Judgement
  readonly #ledger: () => Ledger
  readonly #found = new Map<string, Found>()

  constructor(judgement: Judgement, ledger: () => Ledger) {
    this.#judgement = judgement
    this.#ledger = ledger
  }

  /** Of usage points whose area lies in the counties. `now` in milliseconds of any clock that only goes forward. */
  count(now: number, counties: Counties): { readonly known: number; readonly reporting: number } {
    const key = JSON.stringify(counties)
    const before = this.#found.get(key)
    if (before && now - before.at < FRESH_MS) return before
    if (this.#found.size >= REMEMBERED) this.#found.clear()
    const found = { ...this.#look(counties), at: now }
    this.#found.set(key, found)
    return found
  }

  #look(counties: Counties): { known: number; reporting: number } {
    const { areas, usagePoints } = this.#ledger()
    const { status, length, area } = usagePoints
    const { bank, newestStart } = this.#judgement
    const yesterday = dayOf(bank.clock, newestStart) - 1
    const isTheirs = areas.county.map((county) => covers(counties, county))
    const found = { known: 0, reporting: 0 }
    for (let row = 0; row < length; row++) {
      if (status[row] !== ACTIVE) continue
      if (counties !== null && isTheirs[area[row]] !== true) continue
      found.known++
      if (newestStart > 0 && row < bank.rows && bank.window.newestDay(row) >= yesterday) found.reporting++
    }
    return found
  }
}

interface Found {
  readonly known: number
  readonly reporting: number
  readonly at: number
}
