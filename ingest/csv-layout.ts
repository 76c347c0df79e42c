import { CsvFileError } from './csv-reject.ts'

/** Kinds of files that `adit import` takes; the three layouts of readings are one kind. */
export const CSV_KINDS = ['usage-points', 'areas', 'mines', 'lawful-uses', 'readings', 'events', 'findings'] as const
export type CsvKind = (typeof CSV_KINDS)[number]
export type ReadingsLayout = 'long' | 'registers' | 'wide'

export interface Layout {
  readonly kind: CsvKind
  readonly readings?: ReadingsLayout
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

const wideColumns = Array.from({ length: 96 }, (_, index) => `v${index + 1}`)

/** Columns of every file, as docs/payloads.md shows them. */
export const CSV_LAYOUTS: readonly Layout[] = [
  {
    kind: 'usage-points',
    required: ['usage_point', 'meter', 'area', 'category', 'latitude', 'longitude'],
    optional: ['datum', 'contract_kw', 'ct_ratio', 'pt_ratio', 'status', 'status_since', 'role', 'name', 'county'],
  },
  {
    kind: 'mines',
    required: ['mine', 'name', 'kind', 'county', 'latitude', 'longitude'],
    optional: ['datum', 'uncertainty_m', 'openings', 'sealing', 'town', 'responsible', 'supervisor', 'closed_on'],
  },
  {
    kind: 'areas',
    required: ['area', 'feeder', 'county', 'latitude', 'longitude'],
    optional: ['datum', 'capacity_kva', 'radius_m', 'name'],
  },
  { kind: 'lawful-uses', required: ['usage_point', 'use', 'from', 'to'], optional: ['permit', 'max_kw'] },
  {
    kind: 'readings',
    readings: 'long',
    required: ['meter', 'start', 'seconds', 'energy_wh'],
    optional: ['reactive_varh', 'quality'],
  },
  {
    kind: 'readings',
    readings: 'registers',
    required: ['meter', 'at', 'register_wh'],
    optional: ['reactive_register_varh', 'quality'],
  },
  {
    kind: 'readings',
    readings: 'wide',
    required: ['meter', 'date', 'v1'],
    optional: ['seconds', 'unit', ...wideColumns.slice(1)],
  },
  { kind: 'events', required: ['meter', 'at', 'code'], optional: ['detail'] },
  { kind: 'findings', required: ['subject', 'found_at', 'result'], optional: ['kind', 'innocent_kind', 'chosen'] },
]

/** Header names to the layout that they are; with `kind` given only layouts of that kind are tried. Throws CsvFileError. */
export function recogniseLayout(header: readonly string[], kind?: CsvKind): Layout {
  const names = header.map((name) => name.toLowerCase())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  if (twice !== undefined) throw new CsvFileError(`the column ${twice} stands twice in the header`, 'give each column once')
  const candidates = CSV_LAYOUTS.filter((layout) => kind === undefined || layout.kind === kind)
  const fitting = candidates.find(({ required }) => required.every((name) => names.includes(name)))
  if (fitting) return fitting
  const nearest = candidates.toSorted((a, b) => missing(a, names).length - missing(b, names).length)[0]
  if (!nearest) throw new CsvFileError('no layout', 'see docs/payloads.md')
  const lacks = missing(nearest, names).join(', ')
  const shown = header.slice(0, 12).join(',').slice(0, 200)
  const remedy = `a ${nearest.readings ?? nearest.kind} file needs the columns ${nearest.required.join(',')} in any order, separated by commas`
  throw new CsvFileError(
    `the header "${shown}" is of no known kind; as ${nearest.readings ?? nearest.kind} it lacks ${lacks}`,
    remedy,
  )
}

/** Names of the header that the layout does not know: they are ignored, and told. */
export function ignoredColumns(header: readonly string[], layout: Layout): readonly string[] {
  return header.filter((name) => !layout.required.includes(name.toLowerCase()) && !layout.optional.includes(name.toLowerCase()))
}

function missing(layout: Layout, names: readonly string[]): readonly string[] {
  return layout.required.filter((name) => !names.includes(name))
}
