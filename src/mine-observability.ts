import { setImmediate as breathe } from 'node:timers/promises'
import { dayOf } from '../detectors/day-clock.ts'
import { type JudgedLedger, judgedLedger } from '../detectors/judged-ledger.ts'
import { observabilityOf } from '../detectors/observability.ts'
import { SupplyMap } from '../detectors/supply-map.ts'
import { SupplyWatch } from '../detectors/supply-watch.ts'
import type { Ledger } from '../model/ledger.ts'
import type { Mine } from '../model/mine.ts'
import type { Observability } from '../model/observability.ts'
import type { Judgement } from './judgement.ts'

type Judged = Pick<Judgement, 'bank' | 'newestStart'>

/** The observability ledger over the judgement as it stands. */
export class MineObservability {
  readonly #judgement: Judged
  readonly #ledger: () => Ledger
  #map: SupplyMap | undefined

  constructor(judgement: Judged, ledger: () => Ledger) {
    this.#judgement = judgement
    this.#ledger = ledger
  }

  /** Undefined when no ledger knows the mine. */
  of(id: string): Observability | undefined {
    const mine = this.#ledger().mines.find(({ mine }) => mine === id)
    if (mine === undefined) return undefined
    const map = this.#newestMap()
    return observabilityOf(mine, map, this.#watch(map))
  }

  /** Mine by mine; readings are judged in between. */
  async *all(): AsyncGenerator<{ readonly mine: Mine; readonly observability: Observability }> {
    const map = this.#newestMap()
    const watch = this.#watch(map)
    for (const mine of map.known.ledger.mines) {
      yield { mine, observability: observabilityOf(mine, map, watch) }
      await breathe()
    }
  }

  #watch(map: SupplyMap): SupplyWatch {
    const { bank, newestStart } = this.#judgement
    return new SupplyWatch(bank, map.known, dayOf(bank.clock, newestStart))
  }

  #newestMap(): SupplyMap {
    const { config } = this.#judgement.bank
    const known = this.#newestKnown()
    if (this.#map?.known !== known) this.#map = new SupplyMap(known, config.flatLoad.leastW, config.horizonMeters)
    return this.#map
  }

  /** The bank takes a new ledger with the next packet only; what was imported since is laid out here meanwhile. */
  #newestKnown(): JudgedLedger {
    const ledger = this.#ledger()
    const { known, config } = this.#judgement.bank
    if (known.ledger.version === ledger.version) return known
    if (this.#map?.known.ledger.version === ledger.version) return this.#map.known
    return judgedLedger(ledger, config.horizonMeters)
  }
}
