import { FieldFault, type FieldReader } from './csv-fields.ts'

/** An end device event of a file, `at` UTC seconds. */
export interface EventRow {
  readonly meter: string
  readonly at: number
  readonly code: string
  readonly detail: string
}

export function eventRow(row: FieldReader): EventRow {
  const at = row.time('at')
  if (at === null) throw new FieldFault('at', '', 'at is empty', 'every event needs its time')
  return {
    meter: row.required('meter').slice(0, 64),
    at,
    code: row.required('code').slice(0, 64),
    detail: (row.text('detail') ?? '').slice(0, 500),
  }
}
