import type { SQLOutputValue } from 'node:sqlite'
import type { Area } from '../../model/area.ts'
import { Datum } from '../../model/datum.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import { MINE_KINDS, type Mine, SEALINGS } from '../../model/mine.ts'
import { CATEGORIES, ROLES, STATUSES, type UsagePoint } from '../../model/usage-point.ts'

export type SqlRow = Record<string, SQLOutputValue>

/** Rows of ledger.db to model records. Hand-written: a million rows are read at every start. */
export function usagePointOf(row: SqlRow): UsagePoint {
  return {
    usagePoint: text(row.id),
    meter: text(row.meter),
    area: textOrNull(row.area),
    category: oneOf(CATEGORIES, row.category),
    latitude: realOrNull(row.latitude),
    longitude: realOrNull(row.longitude),
    datum: oneOf(Datum.options, row.datum),
    contractKw: realOrNull(row.contract_kw),
    ctRatio: realOrNull(row.ct_ratio),
    ptRatio: realOrNull(row.pt_ratio),
    status: oneOf(STATUSES, row.status),
    statusSince: realOrNull(row.status_since),
    role: oneOf(ROLES, row.role),
    name: textOrNull(row.name),
    county: textOrNull(row.county),
  }
}

export function areaOf(row: SqlRow): Area {
  return {
    area: text(row.id),
    feeder: text(row.feeder),
    county: text(row.county),
    latitude: real(row.latitude),
    longitude: real(row.longitude),
    datum: oneOf(Datum.options, row.datum),
    capacityKva: realOrNull(row.capacity_kva),
    radiusMeters: realOrNull(row.radius_m),
    name: textOrNull(row.name),
  }
}

export function mineOf(row: SqlRow): Mine {
  return {
    mine: text(row.id),
    name: text(row.name),
    kind: oneOf(MINE_KINDS, row.kind),
    county: text(row.county),
    latitude: real(row.latitude),
    longitude: real(row.longitude),
    datum: oneOf(Datum.options, row.datum),
    uncertaintyMeters: real(row.uncertainty_m),
    openings: realOrNull(row.openings),
    sealing: oneOf(SEALINGS, row.sealing),
    town: textOrNull(row.town),
    responsible: textOrNull(row.responsible),
    supervisor: textOrNull(row.supervisor),
    closedOn: textOrNull(row.closed_on),
  }
}

export function lawfulUseOf(row: SqlRow): LawfulUse {
  return {
    usagePoint: text(row.usage_point),
    use: text(row.purpose),
    from: real(row.from_time),
    to: real(row.to_time),
    permit: textOrNull(row.permit),
    maxKw: realOrNull(row.max_kw),
  }
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`ledger.db holds ${String(value)} where a text belongs`)
  return value
}

export function real(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`ledger.db holds ${String(value)} where a number belongs`)
  return value
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return value === null ? null : text(value)
}

function realOrNull(value: SQLOutputValue | undefined): number | null {
  return value === null ? null : real(value)
}

function oneOf<const T extends string>(options: readonly T[], value: SQLOutputValue | undefined): T {
  const found = options.find((option) => option === value)
  if (found === undefined) throw new TypeError(`ledger.db holds ${String(value)} where one of ${options.join(', ')} belongs`)
  return found
}
