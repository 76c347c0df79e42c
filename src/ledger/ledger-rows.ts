/** Rows of the database to model records and back. Hand-written: a million of them are read at every start. */
import type { Area } from '../../model/area.ts'
import { Datum } from '../../model/datum.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import { MINE_KINDS, type Mine, SEALINGS } from '../../model/mine.ts'
import { CATEGORIES, ROLES, STATUSES, type UsagePoint } from '../../model/usage-point.ts'
import type { LookUpPoint } from './build-ledger.ts'
import type { LookUpRow } from './ledger-pages.ts'
import type { AreaRow, LawfulUseRow, MineRow, UsagePointRow } from './ledger-tables.ts'

export function usagePointOf(row: UsagePointRow): UsagePoint {
  return { ...lookUpPointOf(row), datum: oneOf(Datum.options, row.datum), name: row.name, county: row.county }
}

export function lookUpPointOf(row: LookUpRow): LookUpPoint {
  return {
    usagePoint: row.id,
    meter: row.meter,
    area: row.area,
    category: oneOf(CATEGORIES, row.category),
    latitude: row.latitude,
    longitude: row.longitude,
    contractKw: row.contract_kw,
    ctRatio: row.ct_ratio,
    ptRatio: row.pt_ratio,
    status: oneOf(STATUSES, row.status),
    statusSince: row.status_since,
    role: oneOf(ROLES, row.role),
  }
}

export function usagePointRow(row: number, point: UsagePoint): UsagePointRow {
  return {
    row,
    id: point.usagePoint,
    meter: point.meter,
    area: point.area,
    category: point.category,
    latitude: point.latitude,
    longitude: point.longitude,
    datum: point.datum,
    contract_kw: point.contractKw,
    ct_ratio: point.ctRatio,
    pt_ratio: point.ptRatio,
    status: point.status,
    status_since: point.statusSince,
    role: point.role,
    name: point.name,
    county: point.county,
  }
}

export function areaOf(row: AreaRow): Area {
  return {
    area: row.id,
    feeder: row.feeder,
    county: row.county,
    latitude: row.latitude,
    longitude: row.longitude,
    datum: oneOf(Datum.options, row.datum),
    capacityKva: row.capacity_kva,
    radiusMeters: row.radius_m,
    name: row.name,
  }
}

export function areaRow(row: number, area: Area): AreaRow {
  return {
    row,
    id: area.area,
    feeder: area.feeder,
    county: area.county,
    latitude: area.latitude,
    longitude: area.longitude,
    datum: area.datum,
    capacity_kva: area.capacityKva,
    radius_m: area.radiusMeters,
    name: area.name,
  }
}

export function mineOf(row: MineRow): Mine {
  return {
    mine: row.id,
    name: row.name,
    kind: oneOf(MINE_KINDS, row.kind),
    county: row.county,
    latitude: row.latitude,
    longitude: row.longitude,
    datum: oneOf(Datum.options, row.datum),
    uncertaintyMeters: row.uncertainty_m,
    openings: row.openings,
    sealing: oneOf(SEALINGS, row.sealing),
    town: row.town,
    responsible: row.responsible,
    supervisor: row.supervisor,
    closedOn: row.closed_on,
  }
}

export function mineRow(mine: Mine): MineRow {
  return {
    id: mine.mine,
    name: mine.name,
    kind: mine.kind,
    county: mine.county,
    latitude: mine.latitude,
    longitude: mine.longitude,
    datum: mine.datum,
    uncertainty_m: mine.uncertaintyMeters,
    openings: mine.openings,
    sealing: mine.sealing,
    town: mine.town,
    responsible: mine.responsible,
    supervisor: mine.supervisor,
    closed_on: mine.closedOn,
  }
}

export function lawfulUseOf(row: LawfulUseRow): LawfulUse {
  return {
    usagePoint: row.usage_point,
    use: row.purpose,
    from: row.from_time,
    to: row.to_time,
    permit: row.permit,
    maxKw: row.max_kw,
  }
}

export function lawfulUseRow(use: LawfulUse): LawfulUseRow {
  return {
    usage_point: use.usagePoint,
    purpose: use.use,
    from_time: use.from,
    to_time: use.to,
    permit: use.permit,
    max_kw: use.maxKw,
  }
}

function oneOf<const T extends string>(options: readonly T[], value: string): T {
  // `find` takes a third of the time in which ledgers are loaded
  for (const option of options) if (option === value) return option
  throw new TypeError(`the ledgers hold ${value} where one of ${options.join(', ')} belongs`)
}
