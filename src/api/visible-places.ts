import type { Area } from '../../model/area.ts'
import { type Counties, covers } from '../../model/counties.ts'
import { type Ledger, NO_AREA } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import type { Supply } from '../../model/observability.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { placesOfSubjects } from '../place-of-subject.ts'
import type { LedgerFinder } from './ledger-finder.ts'
import type { ServiceParts } from './service-parts.ts'

/** A row of the ledger's columns, with the ledger that has it and the way to its record, where the ledgers keep one. */
export interface Found<T> {
  readonly row: number
  readonly ledger: Ledger
  record(): Promise<T | null>
}

/** The ledgers as far as they lie in the counties. What has an area lies where that lies; what lies nowhere is seen by who sees all. */
export class VisiblePlaces {
  readonly #parts: Pick<ServiceParts, 'ledger' | 'records'>
  readonly #finder: LedgerFinder
  readonly #counties: Counties
  #known: Lying | undefined

  constructor(parts: Pick<ServiceParts, 'ledger' | 'records'>, finder: LedgerFinder, counties: Counties) {
    this.#parts = parts
    this.#finder = finder
    this.#counties = counties
  }

  async usagePoint(id: string): Promise<Found<UsagePoint> | undefined> {
    const ledger = this.#parts.ledger()
    const row = this.#finder.usagePoint(id)
    if (row < 0) return undefined
    const record = async () => (await this.#parts.records.usagePoints([id])).get(id) ?? null
    const area = ledger.usagePoints.area[row]
    if (this.#counties === null) return { row, ledger, record }
    const county = area === NO_AREA ? ((await record())?.county ?? null) : ledger.areas.county[area]
    return covers(this.#counties, county) ? { row, ledger, record } : undefined
  }

  area(id: string): Found<Area> | undefined {
    const ledger = this.#parts.ledger()
    const row = this.#finder.area(id)
    if (row < 0 || !covers(this.#counties, ledger.areas.county[row])) return undefined
    return { row, ledger, record: async () => (await this.#parts.records.areas([id])).get(id) ?? null }
  }

  /** How many areas there are. */
  areas(): number {
    return this.#lying().areas
  }

  mine(id: string): Mine | undefined {
    return this.#lying().mineById.get(id)
  }

  mines(): readonly Mine[] {
    return this.#lying().mines
  }

  /** Those that lie in the counties. */
  async of<Subject extends Pick<Supply, 'kind' | 'id'>>(subjects: readonly Subject[]): Promise<readonly Subject[]> {
    if (this.#counties === null) return subjects
    const places = await placesOfSubjects(this.#parts.records, subjects)
    return subjects.filter((_, index) => covers(this.#counties, places[index].county))
  }

  /** Remembered as long as the ledger stands. */
  #lying(): Lying {
    const ledger = this.#parts.ledger()
    if (this.#known?.ledger !== ledger) {
      const mines = ledger.mines.filter(({ county }) => covers(this.#counties, county))
      const areas = ledger.areas.county.filter((county) => covers(this.#counties, county)).length
      this.#known = { ledger, mines, mineById: new Map(mines.map((mine) => [mine.mine, mine])), areas }
    }
    return this.#known
  }
}

interface Lying {
  readonly ledger: Ledger
  readonly mines: readonly Mine[]
  readonly mineById: ReadonlyMap<string, Mine>
  readonly areas: number
}
