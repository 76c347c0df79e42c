import { setImmediate as breathe } from 'node:timers/promises'
import { type FeedingArea, feedingArea } from '../detectors/feeding-area.ts'
import type { JudgedLedger } from '../detectors/judged-ledger.ts'
import { areNeighbours, straysNear } from '../detectors/stray-company.ts'
import { isOnWrongArea, type StrayMeter } from '../detectors/stray-meters.ts'
import { topologyDoubt } from '../detectors/topology-doubt.ts'
import { type Counties, covers } from '../model/counties.ts'
import type { Ledger } from '../model/ledger.ts'
import type { TopologyDoubt, TopologyDoubtPage, TopologyDoubtQuery } from '../model/topology-doubt.ts'
import type { Judgement } from './judgement.ts'

interface Books {
  usagePoints(ids: readonly string[]): Promise<ReadonlyMap<string, { readonly meter: string }>>
}

/**
 * Meters whose booking or multiplier is in doubt, over the judgement as it stands; those set right since are left out. A doubt
 * lies in the county of the area that has the meter on its books; a feeding area elsewhere is not named to who may not see it.
 */
export class TopologyDoubts {
  readonly #judgement: Pick<Judgement, 'bank'>
  readonly #ledger: () => Ledger
  readonly #books: Books
  #neighbours: { readonly known: JudgedLedger; readonly of: Map<number, readonly number[]> } | undefined

  constructor(judgement: Pick<Judgement, 'bank'>, ledger: () => Ledger, books: Books) {
    this.#judgement = judgement
    this.#ledger = ledger
    this.#books = books
  }

  /** Rejects with RangeError for a cursor that is none of ours. */
  async list({ area, county, limit, cursor }: TopologyDoubtQuery, counties: Counties = null): Promise<TopologyDoubtPage> {
    const { areas, usagePoints } = this.#ledger()
    const after = cursor === undefined ? null : parseCursor(cursor)
    const wanted = (area === undefined ? this.#open() : this.#ofArea(areas.id.indexOf(area)))
      .filter((stray) => county === undefined || areas.county[stray.area] === county)
      .filter((stray) => covers(counties, areas.county[stray.area]))
      .map((stray) => ({ stray, since: stray.since, id: usagePoints.id[stray.row] }))
      .sort(byPlace)
      .filter((one) => after === null || byPlace(after, one) < 0)
    const page = wanted.slice(0, limit)
    const last = page.at(-1)
    return {
      items: await this.#told(
        page.map(({ stray }) => stray),
        counties,
      ),
      nextCursor: last === undefined || wanted.length <= limit ? null : cursorOf(last),
    }
  }

  /** Booked on an area or probably fed by it. */
  async ofArea(area: number, counties: Counties = null): Promise<readonly TopologyDoubt[]> {
    const { county } = this.#ledger().areas
    return await this.#told(
      this.#ofArea(area).filter((stray) => covers(counties, county[stray.area])),
      counties,
    )
  }

  /** In order of area and usage point; readings are judged in between. */
  async *all(counties: Counties = null): AsyncGenerator<TopologyDoubt> {
    const { areas, usagePoints } = this.#ledger()
    const nameOf = ({ area, row }: StrayMeter) => `${areas.id[area]} ${usagePoints.id[row]}`
    const open = this.#open()
      .filter((stray) => covers(counties, areas.county[stray.area]))
      .map((stray) => ({ stray, name: nameOf(stray) }))
    for (const { stray } of open.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      yield* await this.#told([stray], counties)
      await breathe()
    }
  }

  #open(): readonly StrayMeter[] {
    return this.#judgement.bank.areas.strays.all().filter((stray) => this.#isInDoubt(stray))
  }

  #ofArea(area: number): readonly StrayMeter[] {
    const { areas, known } = this.#judgement.bank
    const fed = straysNear(known, areas.strays, area).filter((stray) => this.#feeding(stray)?.area === area)
    return [...areas.strays.of(area), ...fed].filter((stray) => this.#isInDoubt(stray))
  }

  /** Whether it is still on the books of that area, and still in doubt. */
  #isInDoubt({ row, area, mended }: StrayMeter): boolean {
    return !mended && this.#ledger().usagePoints.area[row] === area
  }

  async #told(strays: readonly StrayMeter[], counties: Counties): Promise<TopologyDoubt[]> {
    const ledger = this.#ledger()
    const idOf = ({ row }: StrayMeter) => ledger.usagePoints.id[row]
    const feedings = strays.map((stray) => this.#feeding(stray))
    const books = await this.#books.usagePoints(strays.map(idOf))
    return strays.map((stray, index) => {
      const feeding = feedings[index]
      const named = feeding !== null && covers(counties, ledger.areas.county[feeding.area]) ? feeding : null
      return topologyDoubt(ledger, stray, named, books.get(idOf(stray))?.meter ?? null)
    })
  }

  #feeding(stray: StrayMeter): FeedingArea | null {
    const { records, settledDay } = this.#judgement.bank.areas
    return isOnWrongArea(stray) ? feedingArea(stray, this.#neighboursOf(stray.area), records, settledDay) : null
  }

  /** Remembered as long as the ledger stands: it looks at every area of the county. */
  #neighboursOf(area: number): readonly number[] {
    const { known } = this.#judgement.bank
    if (this.#neighbours?.known !== known) this.#neighbours = { known, of: new Map() }
    const found =
      this.#neighbours.of.get(area) ??
      Array.from({ length: known.ledger.areas.length }, (_, other) => other).filter((other) => areNeighbours(known, area, other))
    this.#neighbours.of.set(area, found)
    return found
  }
}

interface Place {
  readonly since: number
  readonly id: string
}

/** Newest first; neither the day nor the name of a doubt changes while it stands. */
function byPlace(a: Place, b: Place): number {
  return b.since - a.since || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

function cursorOf({ since, id }: Place): string {
  return Buffer.from(`${since} ${id}`).toString('base64url')
}

function parseCursor(cursor: string): Place {
  const parts = /^(\d{1,6}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString())
  if (!parts) throw new RangeError('not a cursor of this list: take nextCursor of the page before, unchanged')
  return { since: Number(parts[1]), id: parts[2] }
}
