import type { Area } from '../model/area.ts'
import type { LawfulUse } from '../model/lawful-use.ts'
import type { Mine } from '../model/mine.ts'
import type { UsagePoint } from '../model/usage-point.ts'
import { type EventRow, eventRow } from './csv-events.ts'
import { FieldFault, FieldReader } from './csv-fields.ts'
import { type FindingRow, findingRow } from './csv-findings.ts'
import { type CsvKind, ignoredColumns, recogniseLayout } from './csv-layout.ts'
import { areaRow, lawfulUseRow, mineRow, usagePointRow } from './csv-ledgers.ts'
import { CsvLines, type CsvRecord } from './csv-lines.ts'
import { CsvFileError, type CsvReject } from './csv-reject.ts'
import { fieldText } from './csv-row.ts'
import type { Territory } from './territory.ts'
import type { TimeZone } from './time-zone.ts'

export interface TableOptions {
  readonly zone: TimeZone
  readonly territory: Territory | null
  readonly reject: (reject: CsvReject) => void
}

/** Records of a ledger's file with where each stands, so that the ledger itself can still refuse one. */
export interface Table<T> {
  readonly records: readonly T[]
  readonly lines: readonly number[]
  readonly rows: readonly string[]
  readonly ignoredColumns: readonly string[]
}

export const readUsagePoints = tableReader<UsagePoint>('usage-points', (row, { territory }) => usagePointRow(row, territory))
export const readAreas = tableReader<Area>('areas', (row, { territory }) => areaRow(row, territory))
export const readMines = tableReader<Mine>('mines', (row, { territory }) => mineRow(row, territory))
export const readLawfulUses = tableReader<LawfulUse>('lawful-uses', lawfulUseRow)
export const readEvents = tableReader<EventRow>('events', eventRow)
export const readFindings = tableReader<FindingRow>('findings', findingRow)

type TableReader<T> = (source: AsyncIterable<Uint8Array>, options: TableOptions) => Promise<Table<T>>

/** A reader of files of one kind: faulty rows go to `reject`, the rest comes back. Throws CsvFileError. */
function tableReader<T>(kind: CsvKind, toRecord: (row: FieldReader, options: TableOptions) => T): TableReader<T> {
  return async (source, options) => {
    const records: T[] = []
    const lineNumbers: number[] = []
    const rows: string[] = []
    let fields: FieldReader | null = null
    let columns: readonly string[] = []
    let ignored: readonly string[] = []

    const lines = new CsvLines((record) => {
      if (fields === null) {
        const header = namesOf(record)
        ignored = ignoredColumns(header, recogniseLayout(header, kind))
        columns = header.map((name) => name.toLowerCase())
        fields = new FieldReader(columns, options.zone)
        return
      }
      const row = fieldText(record.source, record.recordFrom, record.recordTo)
      fields.begin(record)
      try {
        if (record.fields > columns.length) throw tooManyFields(record, columns.length)
        records.push(toRecord(fields, options))
        lineNumbers.push(record.line)
        rows.push(row)
      } catch (error) {
        if (!(error instanceof FieldFault)) throw error
        const { column, value, reason, remedy } = error
        options.reject({ line: record.line, column, value: value.slice(0, 200), reason, remedy, row })
      }
    })
    try {
      for await (const chunk of source) lines.write(chunk)
      lines.end()
    } catch (error) {
      if (error instanceof RangeError) throw new CsvFileError(error.message, 'correct the line, or export the file again as CSV')
      throw error
    }
    if (fields === null) throw new CsvFileError('the file is empty', 'a CSV file needs a header line')
    return { records, lines: lineNumbers, rows, ignoredColumns: ignored }
  }
}

/** The names of a header record. */
export function namesOf(record: CsvRecord): readonly string[] {
  return Array.from({ length: record.fields }, (_, index) => fieldText(record.bytes, record.from[index], record.to[index]))
}

function tooManyFields(record: CsvRecord, columns: number): FieldFault {
  const value = fieldText(record.bytes, record.from[columns], record.to[columns])
  return new FieldFault(
    '',
    value,
    `the row has ${record.fields} fields, the header ${columns}`,
    'put quotes around values with a comma',
  )
}
