/**
 * What somebody may see of the service: the one place where counties are applied. Handlers of routes that answer by county get
 * at rows through this alone (`request.visible`), so that none of them can forget; what lies elsewhere is, for them, not there.
 */
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent } from '../../model/alert-event.ts'
import type { AlertPage, AlertQuery } from '../../model/alert-query.ts'
import { type Counties, covers } from '../../model/counties.ts'
import type { Observability } from '../../model/observability.ts'
import type { TopologyDoubt, TopologyDoubtPage, TopologyDoubtQuery } from '../../model/topology-doubt.ts'
import { LedgerFinder } from './ledger-finder.ts'
import type { LoadCurveSource, MineWatch, Progress, ServiceParts } from './service-parts.ts'
import { VisiblePlaces } from './visible-places.ts'

declare module 'fastify' {
  interface FastifyRequest {
    readonly visible: VisibleParts
  }
}

const REMEMBERED = 1_000

/** The way from counties to what is visible of them; made once for a service. */
export function visibleParts(parts: ServiceParts): (counties: Counties) => VisibleParts {
  const finder = new LedgerFinder(parts.ledger)
  const made = new Map<string, VisibleParts>()
  return (counties) => {
    const key = JSON.stringify(counties)
    const known = made.get(key) ?? new VisibleParts(parts, finder, counties)
    if (made.size >= REMEMBERED) made.clear()
    made.set(key, known)
    return known
  }
}

export class VisibleParts {
  readonly #parts: ServiceParts
  readonly #counties: Counties
  readonly places: VisiblePlaces
  readonly alerts: VisibleAlerts
  readonly curves: LoadCurveSource

  constructor(parts: ServiceParts, finder: LedgerFinder, counties: Counties) {
    this.#parts = parts
    this.#counties = counties
    this.places = new VisiblePlaces(parts, finder, counties)
    this.alerts = new VisibleAlerts(parts, this.places, counties)
    this.curves = parts.curves
  }

  get everything(): boolean {
    return this.#counties === null
  }

  about(): Pick<ServiceParts, 'version' | 'demo' | 'timeZone'> & Pick<Progress, 'lastReadingAt' | 'pending'> {
    const { version, demo, timeZone } = this.#parts
    const { lastReadingAt, pending } = this.#parts.progress()
    return { version, demo, timeZone, lastReadingAt, pending }
  }

  meters(): ReturnType<ServiceParts['meters']> {
    return this.#parts.meters(this.#counties)
  }

  workList(at: number | null): ReturnType<ServiceParts['workList']> {
    return this.#parts.workList(at, this.#counties)
  }

  /** Undefined when no ledger knows the mine. Supplies that lie elsewhere are counted and not named. */
  async observability(id: string): Promise<Observability | undefined> {
    const found = this.places.mine(id) && this.#parts.observability.of(id)
    return found && { ...found, supplies: [...(await this.places.of(found.supplies))] }
  }

  async *mineWatches(): AsyncGenerator<MineWatch> {
    for await (const watch of this.#parts.observability.all()) if (covers(this.#counties, watch.mine.county)) yield watch
  }

  /** Rejects with RangeError for a cursor that is none of its own. */
  topologyDoubts(query: TopologyDoubtQuery): Promise<TopologyDoubtPage> {
    return this.#parts.topologyDoubts.list(query, this.#counties)
  }

  doubtsOfArea(area: number): Promise<readonly TopologyDoubt[]> {
    return this.#parts.topologyDoubts.ofArea(area, this.#counties)
  }

  allDoubts(): AsyncIterable<TopologyDoubt> {
    return this.#parts.topologyDoubts.all(this.#counties)
  }
}

/** Alerts whose subject lies in the counties, with the mines that do. */
class VisibleAlerts {
  readonly #parts: ServiceParts
  readonly #places: VisiblePlaces
  readonly #counties: Counties

  constructor(parts: ServiceParts, places: VisiblePlaces, counties: Counties) {
    this.#parts = parts
    this.#places = places
    this.#counties = counties
  }

  /** Rejects with RangeError for a cursor that is none of its own. */
  async list(query: AlertQuery): Promise<AlertPage> {
    const { items, nextCursor } = await this.#parts.alerts.list(query, this.#counties)
    if (query.mine !== undefined && this.#counties !== null && !this.#places.mine(query.mine))
      return { items: [], nextCursor: null }
    return { items: items.map((alert) => this.#shown(alert)), nextCursor }
  }

  async get(id: string): Promise<Alert | undefined> {
    const [lies] = await this.#lying([id])
    const alert = lies === undefined ? undefined : await this.#parts.alerts.get(id)
    return alert && this.#shown(alert)
  }

  /** The events that are shown, in their order. */
  async show(events: readonly AlertEvent[]): Promise<readonly AlertEvent[]> {
    if (this.#counties === null) return events
    const lying = new Set(await this.#lying(events.map(({ alert }) => alert.id)))
    return events.flatMap((event) => (lying.has(event.alert.id) ? { ...event, alert: this.#shown(event.alert) } : []))
  }

  async counts(): Promise<{ readonly open: number; readonly cleared: number }> {
    const { alerts } = this.#parts
    return this.#counties === null ? alerts.counts() : await alerts.countsIn(this.#counties)
  }

  /** Those of the alerts that lie in the counties. */
  async #lying(ids: readonly string[]): Promise<readonly string[]> {
    if (this.#counties === null) return ids
    const countyOf = await this.#parts.alerts.countiesOf([...new Set(ids)])
    return ids.filter((id) => covers(this.#counties, countyOf.get(id) ?? null))
  }

  #shown(alert: Alert): Alert {
    if (this.#counties === null) return alert
    return { ...alert, mines: alert.mines.filter(({ mine }) => this.#places.mine(mine) !== undefined) }
  }
}
