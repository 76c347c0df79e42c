import { type ByteSink, TOO_NEW, TOO_OLD, UNKNOWN_METER } from './byte-sink.ts'
import type { CsvRecord } from './csv-lines.ts'
import type { TimeZone } from './time-zone.ts'

/** What a row's reader works with: `column` gives a column's place or -1, `refuse` ends the row (or the value) with a reason. */
export interface RowContext {
  readonly zone: TimeZone
  readonly sink: ByteSink
  readonly columns: readonly string[]
  column(name: string): number
  refuse(record: CsvRecord, column: string, value: string, reason: string, remedy: string): void
  taken: number
  missing: number
}

export function fieldText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}

/** Words for what a sink refused: column, reason and remedy. */
export function sinkComplaint(
  outcome: number,
  meter: string,
  timeColumn: string,
): readonly [column: string, reason: string, remedy: string] {
  if (outcome === UNKNOWN_METER)
    return ['meter', `no ledger knows the meter ${meter}`, 'import its usage point first, or correct the number']
  if (outcome === TOO_NEW) return [timeColumn, 'the time lies in the future', 'check the clock of the source and its time zone']
  if (outcome === TOO_OLD)
    return [timeColumn, 'the time lies before all that can be taken', 'bring registers of one meter in the order of time']
  return ['', `refused (${outcome})`, 'see docs/payloads.md']
}

/** Words for a number that is none, negative, or too large: reason and remedy. */
export function valueComplaint(text: string, value: number, most: number): readonly [reason: string, remedy: string] {
  if (Number.isNaN(value))
    return [`"${text}" is not a number`, 'write digits with a point for decimals; leave a missing value empty']
  if (value < 0)
    return [
      `the value ${text} is negative`,
      'energy drawn is never negative: check the sign and the direction; feed-in is not taken',
    ]
  return [`the value ${text} is more than ${most}`, 'check the unit: energies are in Wh']
}
