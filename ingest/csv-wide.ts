import { MOST_WH, REPEATED, TAKEN } from './byte-sink.ts'
import type { CsvRecord } from './csv-lines.ts'
import { CsvFileError } from './csv-reject.ts'
import { fieldText, type RowContext, sinkComplaint, valueComplaint } from './csv-row.ts'
import { parseDecimal, parseWhole } from './decimal.ts'
import { InstantReader } from './instant.ts'
import { timeComplaint } from './time-complaint.ts'
import { TIME_SKIPPED } from './time-zone.ts'

const DAY = 86_400
const COUNTS = [24, 48, 96]

/**
 * Reader of one row of the wide layout: a meter's day, `v1` the interval from local midnight. A column names a time on
 * the wall: on the day the clocks go forward the columns of the hour that never comes must be empty, and on the day they
 * go back the hour that comes twice is its first pass, the second is missing. Unit Wh (when no `unit` is given), kWh, or
 * kW, the mean demand over the interval.
 */
export function wideRow(context: RowContext): (record: CsvRecord) => void {
  const meterAt = context.column('meter')
  const dateAt = context.column('date')
  const secondsAt = context.column('seconds')
  const unitAt = context.column('unit')
  const values = valueColumns(context)
  const usual = DAY / values.length
  const { sink, zone } = context
  const instants = new InstantReader(zone)

  return (record) => {
    const { bytes, from, to } = record
    const midnight = instants.readDate(bytes, from[dateAt], to[dateAt])
    if (midnight < 0) {
      const text = fieldText(bytes, from[dateAt], to[dateAt])
      return context.refuse(record, 'date', text, ...timeComplaint(midnight, text))
    }
    const secondsGiven = secondsAt >= 0 && from[secondsAt] !== to[secondsAt]
    const seconds = secondsGiven ? parseWhole(bytes, from[secondsAt], to[secondsAt]) : usual
    if (seconds !== usual) {
      const text = fieldText(bytes, from[secondsAt], to[secondsAt])
      const reason = `${values.length} values a day are ${usual} s each, not ${text}`
      return context.refuse(
        record,
        'seconds',
        text,
        reason,
        'leave the column out, or use the layout with as many columns as the day has intervals',
      )
    }
    const unit = unitAt < 0 ? 'wh' : fieldText(bytes, from[unitAt], to[unitAt]).toLowerCase()
    const scale = scaleOf(unit, seconds)
    if (Number.isNaN(scale))
      return context.refuse(record, 'unit', unit, `"${unit}" is no unit of the wide layout`, 'use Wh, kWh or kW')

    for (let index = 0; index < values.length; index++) {
      const at = values[index]
      if (from[at] === to[at]) {
        context.missing++
        continue
      }
      const value = parseDecimal(bytes, from[at], to[at]) * scale
      if (!(value >= 0 && value <= MOST_WH)) {
        const text = fieldText(bytes, from[at], to[at])
        context.refuse(record, `v${index + 1}`, text, ...valueComplaint(text, value, MOST_WH))
        continue
      }
      const start = zone.toUtc(midnight + index * seconds, 'first')
      if (start === TIME_SKIPPED) {
        const text = fieldText(bytes, from[at], to[at])
        const reason = 'the clocks go forward over this interval: it never comes'
        context.refuse(
          record,
          `v${index + 1}`,
          text,
          reason,
          'leave the columns of the skipped hour empty, or correct the time zone',
        )
        continue
      }
      const outcome = sink.readingAt(bytes, from[meterAt], to[meterAt], start, seconds, value, Number.NaN, 0)
      if (outcome === TAKEN || outcome === REPEATED) context.taken++
      else {
        const meter = fieldText(bytes, from[meterAt], to[meterAt])
        const [column, reason, remedy] = sinkComplaint(outcome, meter, 'date')
        context.refuse(record, column, column === 'meter' ? meter : fieldText(bytes, from[dateAt], to[dateAt]), reason, remedy)
        return
      }
    }
  }
}

/** Places of v1…v24, v1…v48 or v1…v96. */
function valueColumns(context: RowContext): readonly number[] {
  const count = context.columns.filter((name) => /^v\d+$/.test(name)).length
  const places = Array.from({ length: count }, (_, index) => context.column(`v${index + 1}`))
  if (!COUNTS.includes(count) || places.includes(-1)) {
    throw new CsvFileError(
      `the wide layout has ${count} value columns`,
      'a day has the columns v1 to v96, v1 to v48 or v1 to v24, none left out',
    )
  }
  return places
}

/** What one unit is in Wh over the interval, NaN for an unknown one. */
function scaleOf(unit: string, seconds: number): number {
  if (unit === 'wh' || unit === '') return 1
  if (unit === 'kwh') return 1000
  return unit === 'kw' ? (1000 * seconds) / 3600 : Number.NaN
}
