import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import { type AreaColumns, type Ledger, NO_AREA, type UsagePointColumns } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import { CATEGORIES, ROLES, STATUSES, type UsagePoint } from '../../model/usage-point.ts'
import { MeterIndex } from './meter-index.ts'

/** An area without a radius reaches as far as low voltage usefully does. */
export const DEFAULT_AREA_RADIUS_METERS = 500

export interface LedgerRows {
  /** How many usage points and areas will come, so that the columns are allocated once. */
  readonly usagePointCount: number
  readonly areaCount: number
  /** In order of their row numbers. */
  readonly areas: Iterable<Area>
  readonly usagePoints: Iterable<UsagePoint>
  readonly mines: readonly Mine[]
  readonly lawfulUses: Iterable<LawfulUse>
  /** Meters that were exchanged: number and usage point row. The current meters win over them. */
  readonly formerMeters?: Iterable<readonly [meter: string, row: number]>
}

/** The look-up columns from parsed rows without a database, row numbers in the order given. */
export function buildLedger(
  usagePoints: readonly UsagePoint[],
  areas: readonly Area[],
  mines: readonly Mine[],
  lawfulUses: readonly LawfulUse[],
): Ledger {
  return ledgerOfRows({ usagePointCount: usagePoints.length, areaCount: areas.length, areas, usagePoints, mines, lawfulUses }, 0)
}

export function ledgerOfRows(rows: LedgerRows, version: number): Ledger {
  const areas = areaColumns(rows)
  const meters = new MeterIndex(rows.usagePointCount)
  for (const [meter, row] of rows.formerMeters ?? []) meters.set(meter, row)
  const usagePoints = usagePointColumns(rows, areas, meters)
  meters.compact()
  return {
    version,
    usagePoints,
    areas,
    mines: rows.mines,
    lawfulUses: lawfulUsesByRow(rows.lawfulUses, usagePoints.id),
    rowOfMeter: (meter) => meters.get(meter),
    rowOfMeterBytes: (bytes, from, to) => meters.getBytes(bytes, from, to),
  }
}

function areaColumns({ areaCount, areas }: LedgerRows): AreaColumns {
  const id: string[] = []
  const feeder: string[] = []
  const county: string[] = []
  const latitude = new Float64Array(areaCount)
  const longitude = new Float64Array(areaCount)
  const capacityKva = new Float32Array(areaCount)
  const radiusMeters = new Float32Array(areaCount)
  for (const area of areas) {
    const row = id.length
    id.push(area.area)
    feeder.push(area.feeder)
    county.push(area.county)
    latitude[row] = area.latitude
    longitude[row] = area.longitude
    capacityKva[row] = area.capacityKva ?? Number.NaN
    radiusMeters[row] = area.radiusMeters ?? Number.NaN
  }
  return { length: areaCount, id, feeder, county, latitude, longitude, capacityKva, radiusMeters }
}

function usagePointColumns(
  { usagePointCount: count, usagePoints }: LedgerRows,
  areas: AreaColumns,
  meters: MeterIndex,
): UsagePointColumns {
  const rowOfArea = new Map(areas.id.map((id, row) => [id, row]))
  // as long as it will be: growing ten million names leaves a third more room than they need
  const id = new Array<string>(count)
  let row = -1
  const columns = {
    area: new Uint32Array(count),
    category: new Uint8Array(count),
    status: new Uint8Array(count),
    role: new Uint8Array(count),
    statusSince: new Uint32Array(count),
    latitude: new Float64Array(count),
    longitude: new Float64Array(count),
    uncertaintyMeters: new Float32Array(count),
    contractKw: new Float32Array(count),
    ratio: new Float32Array(count),
  }
  for (const point of usagePoints) {
    row++
    id[row] = point.usagePoint
    meters.set(point.meter, row)
    const area = point.area === null ? undefined : rowOfArea.get(point.area)
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
  return { length: count, id, ...columns }
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
