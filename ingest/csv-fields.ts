import type { CsvRecord } from './csv-lines.ts'
import { fieldText } from './csv-row.ts'
import { parseDecimal } from './decimal.ts'
import { InstantReader } from './instant.ts'
import { timeComplaint } from './time-complaint.ts'
import type { TimeZone } from './time-zone.ts'

/** A field of a ledger's row cannot be taken. No Error: a bad file has one a line, and the trace of each costs more than its row. */
export class FieldFault {
  readonly column: string
  readonly value: string
  readonly reason: string
  readonly remedy: string

  constructor(column: string, value: string, reason: string, remedy: string) {
    this.column = column
    this.value = value
    this.reason = reason
    this.remedy = remedy
  }
}

const encoder = new TextEncoder()

/** Reads fields of one row by column name. An empty or absent column is null, never zero. Throws FieldFault. */
export class FieldReader {
  readonly #columns: readonly string[]
  readonly #instants: InstantReader
  readonly #zone: TimeZone
  #record: CsvRecord | null = null

  constructor(columns: readonly string[], zone: TimeZone) {
    this.#columns = columns
    this.#instants = new InstantReader(zone)
    this.#zone = zone
  }

  begin(record: CsvRecord): void {
    this.#record = record
  }

  text(column: string): string | null {
    const at = this.#columns.indexOf(column)
    const record = this.#record
    if (at < 0 || record === null || at >= record.fields || record.from[at] === record.to[at]) return null
    const text = fieldText(record.bytes, record.from[at], record.to[at])
    if (text.includes('\ufffd')) {
      throw new FieldFault(
        column,
        text,
        'the text is not UTF-8',
        'save the file as "CSV UTF-8"; GBK is not read, for it cannot be told from others',
      )
    }
    return text
  }

  required(column: string): string {
    const text = this.text(column)
    if (text === null) throw new FieldFault(column, '', `${column} is empty`, 'every row needs it')
    return text
  }

  /** A number of the trade that is a text: meter, account, area, mine. */
  identifier(column: string): string {
    const text = this.required(column)
    if (/^\d([.,]\d+)?E\+\d+$/i.test(text)) {
      const remedy =
        'the spreadsheet has lost the last digits: format the column as text before typing or pasting, and export again'
      throw new FieldFault(column, text, `"${text}" is a rounded number, not a ${column}`, remedy)
    }
    return text
  }

  number(column: string): number | null {
    const text = this.text(column)
    if (text === null) return null
    const bytes = encoder.encode(text)
    const value = parseDecimal(bytes, 0, bytes.length)
    if (Number.isNaN(value)) {
      throw new FieldFault(
        column,
        text,
        `"${text}" is not a number`,
        'write digits with a point for decimals, without units; leave unknown values empty',
      )
    }
    return value
  }

  /** One of the words, or a Chinese name of it. */
  word<const T extends string>(column: string, words: readonly T[], names: Readonly<Record<string, T>>): T | null {
    const text = this.text(column)
    if (text === null) return null
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? names[text]
    if (found === undefined) throw new FieldFault(column, text, `"${text}" is no ${column}`, `use one of ${words.join(', ')}`)
    return found
  }

  /** UTC seconds of a time, or of the local midnight of a date. */
  time(column: string): number | null {
    const text = this.text(column)
    if (text === null) return null
    const bytes = encoder.encode(text)
    const dateOnly = bytes.length <= 10
    const local = dateOnly ? this.#instants.readDate(bytes, 0, bytes.length) : this.#instants.read(bytes, 0, bytes.length)
    const seconds = dateOnly && local >= 0 ? this.#zone.toUtc(local, 'first') : local
    if (seconds < 0) throw new FieldFault(column, text, ...timeComplaint(seconds, text))
    return seconds
  }

  /** A date of the calendar as it stands. */
  date(column: string): string | null {
    const text = this.text(column)
    if (text === null) return null
    const bytes = encoder.encode(text)
    const seconds = this.#instants.readDate(bytes, 0, bytes.length)
    if (seconds < 0 || bytes.length !== 10)
      throw new FieldFault(column, text, `"${text}" is not a date`, 'write it as 2019-06-30')
    return text
  }
}
