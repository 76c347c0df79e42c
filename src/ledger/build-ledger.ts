import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import { type AreaColumns, type Ledger, NO_AREA } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import { CATEGORIES, ROLES, STATUSES, type UsagePoint } from '../../model/usage-point.ts'
import { MeterIndex } from './meter-index.ts'

/** An area without a radius reaches as far as low voltage usefully does. */
export const DEFAULT_AREA_RADIUS_METERS = 500

/** How many usage points and areas will come, so that the columns are allocated once. */
export interface LedgerSize {
  readonly usagePoints: number
  readonly areas: number
}

/** What the look-up columns are made of. */
export type LookUpPoint = Omit<UsagePoint, 'datum' | 'name' | 'county'>

/** The look-up columns from parsed rows without a database, row numbers in the order given. */
export function buildLedger(
  usagePoints: readonly UsagePoint[],
  areas: readonly Area[],
  mines: readonly Mine[],
  lawfulUses: readonly LawfulUse[],
): Ledger {
  const builder = new LedgerBuilder({ usagePoints: usagePoints.length, areas: areas.length })
  for (const area of areas) builder.addArea(area)
  for (const point of usagePoints) builder.addUsagePoint(point)
  return builder.build(0, mines, lawfulUses)
}

/** Takes areas, then meters that were exchanged, then usage points, each in order of their row numbers, and keeps no object of them. */
export class LedgerBuilder {
  readonly #areas
  readonly #rowOfArea = new Map<string, number>()
  readonly #usagePoints
  readonly #meters: MeterIndex
  #row = 0

  constructor(size: LedgerSize) {
    this.#areas = areaColumns(size.areas)
    this.#usagePoints = usagePointColumns(size.usagePoints)
    this.#meters = new MeterIndex(size.usagePoints)
  }

  addArea(area: Area): void {
    const columns = this.#areas
    const row = columns.id.length
    this.#rowOfArea.set(area.area, row)
    columns.id.push(area.area)
    columns.feeder.push(area.feeder)
    columns.county.push(area.county)
    columns.latitude[row] = area.latitude
    columns.longitude[row] = area.longitude
    columns.capacityKva[row] = area.capacityKva ?? Number.NaN
    columns.radiusMeters[row] = area.radiusMeters ?? Number.NaN
  }

  /** A meter that measures another usage point now is that one's. */
  addFormerMeter(meter: string, row: number): void {
    this.#meters.set(meter, row)
  }

  addUsagePoint(point: LookUpPoint): void {
    const columns = this.#usagePoints
    const areas = this.#areas
    const row = this.#row++
    columns.id[row] = point.usagePoint
    this.#meters.set(point.meter, row)
    const area = point.area === null ? undefined : this.#rowOfArea.get(point.area)
    const surveyed = point.latitude !== null && point.longitude !== null
    columns.area[row] = area ?? NO_AREA
    columns.category[row] = CATEGORIES.indexOf(point.category)
    columns.status[row] = STATUSES.indexOf(point.status)
    columns.role[row] = ROLES.indexOf(point.role)
    columns.statusSince[row] = point.statusSince ?? 0
    columns.latitude[row] = point.latitude ?? (area === undefined ? Number.NaN : areas.latitude[area])
    columns.longitude[row] = point.longitude ?? (area === undefined ? Number.NaN : areas.longitude[area])
    columns.uncertaintyMeters[row] = surveyed ? 0 : radiusOf(areas, area)
    columns.contractKw[row] = point.contractKw ?? Number.NaN
    columns.ratio[row] = (point.ctRatio ?? 1) * (point.ptRatio ?? 1)
  }

  build(version: number, mines: readonly Mine[], lawfulUses: Iterable<LawfulUse>): Ledger {
    const meters = this.#meters
    const usagePoints = this.#usagePoints
    meters.compact()
    return {
      version,
      usagePoints,
      areas: this.#areas,
      mines,
      lawfulUses: lawfulUsesByRow(lawfulUses, usagePoints.id),
      rowOfMeter: (meter) => meters.get(meter),
      rowOfMeterBytes: (bytes, from, to) => meters.getBytes(bytes, from, to),
    }
  }
}

function areaColumns(length: number) {
  const id: string[] = []
  const feeder: string[] = []
  const county: string[] = []
  return {
    ...{ length, id, feeder, county },
    latitude: new Float64Array(length),
    longitude: new Float64Array(length),
    capacityKva: new Float32Array(length),
    radiusMeters: new Float32Array(length),
  }
}

function usagePointColumns(length: number) {
  return {
    length,
    // as long as it will be: growing ten million names leaves a third more room than they need
    id: new Array<string>(length),
    area: new Uint32Array(length),
    category: new Uint8Array(length),
    status: new Uint8Array(length),
    role: new Uint8Array(length),
    statusSince: new Uint32Array(length),
    latitude: new Float64Array(length),
    longitude: new Float64Array(length),
    uncertaintyMeters: new Float32Array(length),
    contractKw: new Float32Array(length),
    ratio: new Float32Array(length),
  }
}

function radiusOf(areas: AreaColumns, area: number | undefined): number {
  const radius = area === undefined ? Number.NaN : areas.radiusMeters[area]
  return Number.isNaN(radius) ? DEFAULT_AREA_RADIUS_METERS : radius
}

function lawfulUsesByRow(uses: Iterable<LawfulUse>, ids: readonly string[]): ReadonlyMap<number, readonly LawfulUse[]> {
  const byPoint = new Map<string, LawfulUse[]>()
  for (const use of uses) {
    const known = byPoint.get(use.usagePoint)
    if (known) known.push(use)
    else byPoint.set(use.usagePoint, [use])
  }
  const byRow = new Map<number, LawfulUse[]>()
  if (byPoint.size === 0) return byRow
  for (const [row, id] of ids.entries()) {
    const known = byPoint.get(id)
    if (known) byRow.set(row, known)
  }
  return byRow
}
