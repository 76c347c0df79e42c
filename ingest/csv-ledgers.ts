import type { z } from 'zod'
import { Area } from '../model/area.ts'
import { Datum } from '../model/datum.ts'
import { LawfulUse } from '../model/lawful-use.ts'
import { MINE_KINDS, Mine, SEALINGS } from '../model/mine.ts'
import { CATEGORIES, ROLES, STATUSES, UsagePoint } from '../model/usage-point.ts'
import { FieldFault, type FieldReader } from './csv-fields.ts'
import { CATEGORY_NAMES, MINE_KIND_NAMES, SEALING_NAMES, STATUS_NAMES } from './csv-words.ts'
import { locate, type Territory } from './territory.ts'

/** A mine without an accuracy: what a point taken from a map is usually good for. */
const MINE_UNCERTAINTY_METERS = 50

/** Readers of one row of each ledger. They throw FieldFault. */
export function usagePointRow(row: FieldReader, territory: Territory | null): UsagePoint {
  const datum = row.word('datum', Datum.options, {}) ?? 'WGS84'
  const latitude = row.number('latitude')
  const longitude = row.number('longitude')
  if ((latitude === null) !== (longitude === null)) {
    const column = latitude === null ? 'latitude' : 'longitude'
    throw new FieldFault(
      column,
      '',
      'one half of the position is empty',
      "give both, or neither: then the area's position is used",
    )
  }
  const position =
    latitude === null || longitude === null ? { latitude: null, longitude: null } : located(latitude, longitude, datum, territory)
  return checked(UsagePoint, USAGE_POINT_COLUMNS, {
    usagePoint: row.identifier('usage_point'),
    meter: row.identifier('meter'),
    area: row.text('area'),
    category: row.word('category', CATEGORIES, CATEGORY_NAMES) ?? row.required('category'),
    ...position,
    datum,
    contractKw: row.number('contract_kw'),
    ctRatio: row.number('ct_ratio'),
    ptRatio: row.number('pt_ratio'),
    status: row.word('status', STATUSES, STATUS_NAMES) ?? 'active',
    statusSince: row.time('status_since'),
    role: row.word('role', ROLES, {}) ?? 'customer',
    name: row.text('name'),
    county: row.text('county'),
  })
}

export function areaRow(row: FieldReader, territory: Territory | null): Area {
  const datum = row.word('datum', Datum.options, {}) ?? 'WGS84'
  return checked(Area, AREA_COLUMNS, {
    area: row.identifier('area'),
    feeder: row.text('feeder') ?? '',
    county: row.text('county') ?? '',
    ...locatedRow(row, datum, territory),
    datum,
    capacityKva: row.number('capacity_kva'),
    radiusMeters: row.number('radius_m'),
    name: row.text('name'),
  })
}

export function mineRow(row: FieldReader, territory: Territory | null): Mine {
  const datum = row.word('datum', Datum.options, {}) ?? 'WGS84'
  return checked(Mine, MINE_COLUMNS, {
    mine: row.identifier('mine'),
    name: row.text('name') ?? '',
    kind: row.word('kind', MINE_KINDS, MINE_KIND_NAMES) ?? row.required('kind'),
    county: row.text('county') ?? '',
    ...locatedRow(row, datum, territory),
    datum,
    uncertaintyMeters: row.number('uncertainty_m') ?? MINE_UNCERTAINTY_METERS,
    openings: row.number('openings'),
    sealing: row.word('sealing', SEALINGS, SEALING_NAMES) ?? 'unknown',
    town: row.text('town'),
    responsible: row.text('responsible'),
    supervisor: row.text('supervisor'),
    closedOn: row.date('closed_on'),
  })
}

export function lawfulUseRow(row: FieldReader): LawfulUse {
  const from = row.time('from')
  const to = row.time('to')
  if (from === null) throw new FieldFault('from', '', 'from is empty', 'say since when the use is declared')
  if (to === null)
    throw new FieldFault('to', '', 'to is empty', 'say until when the use is declared; it is the first moment no longer covered')
  if (to <= from) throw new FieldFault('to', row.text('to') ?? '', 'the use ends before it begins', 'swap from and to')
  return checked(LawfulUse, LAWFUL_USE_COLUMNS, {
    usagePoint: row.identifier('usage_point'),
    use: row.required('use'),
    from,
    to,
    permit: row.text('permit'),
    maxKw: row.number('max_kw'),
  })
}

const USAGE_POINT_COLUMNS = {
  usagePoint: 'usage_point',
  contractKw: 'contract_kw',
  ctRatio: 'ct_ratio',
  ptRatio: 'pt_ratio',
  statusSince: 'status_since',
}
const AREA_COLUMNS = { capacityKva: 'capacity_kva', radiusMeters: 'radius_m' }
const MINE_COLUMNS = { uncertaintyMeters: 'uncertainty_m', closedOn: 'closed_on' }
const LAWFUL_USE_COLUMNS = { usagePoint: 'usage_point', maxKw: 'max_kw' }

function locatedRow(row: FieldReader, datum: Datum, territory: Territory | null): { latitude: number; longitude: number } {
  const latitude = row.number('latitude')
  const longitude = row.number('longitude')
  if (latitude === null) throw new FieldFault('latitude', '', 'latitude is empty', 'every row of this ledger needs a position')
  if (longitude === null) throw new FieldFault('longitude', '', 'longitude is empty', 'every row of this ledger needs a position')
  return located(latitude, longitude, datum, territory)
}

function located(
  latitude: number,
  longitude: number,
  datum: Datum,
  territory: Territory | null,
): { latitude: number; longitude: number } {
  const position = locate(latitude, longitude, datum, territory)
  if ('reason' in position) throw new FieldFault('latitude', `${latitude},${longitude}`, position.reason, position.remedy)
  return position
}

/** The record through its schema; a complaint comes back as a fault of the file's column. */
function checked<T>(
  schema: z.ZodType<T>,
  columns: Readonly<Record<string, string>>,
  draft: Readonly<Record<string, unknown>>,
): T {
  const parsed = schema.safeParse(draft)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = String(issue?.path[0] ?? '')
  const column = columns[field] ?? field
  throw new FieldFault(
    column,
    String(draft[field] ?? ''),
    `${column}: ${issue?.message ?? 'not valid'}`,
    'see docs/payloads.md for what this column may hold',
  )
}
