import type { ByteSink } from './byte-sink.ts'
import { type CsvKind, ignoredColumns, type ReadingsLayout, recogniseLayout } from './csv-layout.ts'
import { CsvLines, type CsvRecord } from './csv-lines.ts'
import { longRow } from './csv-long.ts'
import { CsvFileError, type CsvReject } from './csv-reject.ts'
import { fieldText, type RowContext } from './csv-row.ts'
import { wideRow } from './csv-wide.ts'
import type { TimeZone } from './time-zone.ts'

export interface ReadingsCsvOptions {
  /** Zone of times without an offset and of the days of the wide layout. */
  readonly zone: TimeZone
  readonly sink: ByteSink
  readonly reject: (reject: CsvReject) => void
  readonly kind?: CsvKind
}

/** What came of a file of readings. `missing` are empty values: no reading, and no fault. */
export interface ReadingsCsvResult {
  readonly layout: ReadingsLayout
  readonly ignoredColumns: readonly string[]
  readonly rows: number
  readonly taken: number
  readonly missing: number
  readonly rejected: number
}

/**
 * Reads a CSV file of readings in any of the three layouts, told apart by the header, into a sink. A row with a fault is
 * rejected and the rest is taken. Throws CsvFileError when the file as a whole cannot be read.
 */
export async function readReadingsCsv(
  source: AsyncIterable<Uint8Array>,
  options: ReadingsCsvOptions,
): Promise<ReadingsCsvResult> {
  const reader = new ReadingsCsv(options)
  const lines = new CsvLines((record) => reader.take(record))
  try {
    for await (const chunk of source) lines.write(chunk)
    lines.end()
  } catch (error) {
    if (error instanceof RangeError) throw new CsvFileError(error.message, 'correct the line, or export the file again as CSV')
    throw error
  }
  return reader.result()
}

class ReadingsCsv implements RowContext {
  readonly zone: TimeZone
  readonly sink: ByteSink
  readonly #options: ReadingsCsvOptions
  columns: readonly string[] = []
  taken = 0
  missing = 0
  #layout: ReadingsLayout | null = null
  #ignored: readonly string[] = []
  #row: ((record: CsvRecord) => void) | null = null
  #rows = 0
  #rejected = 0

  constructor(options: ReadingsCsvOptions) {
    this.#options = options
    this.zone = options.zone
    this.sink = options.sink
  }

  take(record: CsvRecord): void {
    if (this.#row === null) this.#takeHeader(record)
    else {
      this.#rows++
      if (record.fields === this.columns.length || this.#fits(record)) this.#row(record)
    }
  }

  column(name: string): number {
    return this.columns.indexOf(name)
  }

  refuse(record: CsvRecord, column: string, value: string, reason: string, remedy: string): void {
    this.#rejected++
    const row = fieldText(record.source, record.recordFrom, record.recordTo)
    this.#options.reject({ line: record.line, column, value: value.slice(0, 200), reason, remedy, row })
  }

  result(): ReadingsCsvResult {
    if (this.#layout === null) throw new CsvFileError('the file is empty', 'a CSV file needs a header line')
    const { taken, missing } = this
    return { layout: this.#layout, ignoredColumns: this.#ignored, rows: this.#rows, taken, missing, rejected: this.#rejected }
  }

  #takeHeader(record: CsvRecord): void {
    const header = Array.from({ length: record.fields }, (_, index) =>
      fieldText(record.bytes, record.from[index], record.to[index]),
    )
    const layout = recogniseLayout(header, this.#options.kind)
    if (layout.readings === undefined)
      throw new CsvFileError(`this is a file of ${layout.kind}, not of readings`, 'import it as what it is')
    this.#layout = layout.readings
    this.#ignored = ignoredColumns(header, layout)
    this.columns = header.map((name) => name.toLowerCase())
    this.#row = layout.readings === 'wide' ? wideRow(this) : longRow(this, layout.readings)
  }

  /** Rows may lack empty columns at the end; more fields than the header has are a fault. */
  #fits(record: CsvRecord): boolean {
    const { fields, from, to } = record
    for (let field = this.columns.length; field < fields; field++) {
      if (to[field] === from[field]) continue
      const reason = `the row has ${fields} fields, the header ${this.columns.length}`
      this.refuse(
        record,
        '',
        fieldText(record.bytes, from[field], to[field]),
        reason,
        'use a point for decimals, or put quotes around values with a comma',
      )
      return false
    }
    for (let field = fields; field < this.columns.length; field++) {
      from[field] = 0
      to[field] = 0
    }
    return true
  }
}
