import { isReadingQuality } from '../model/reading-quality.ts'
import { MOST_REGISTER_WH, MOST_SECONDS, MOST_WH, REPEATED, TAKEN } from './byte-sink.ts'
import type { CsvRecord } from './csv-lines.ts'
import { fieldText, type RowContext, sinkComplaint, valueComplaint } from './csv-row.ts'
import { parseDecimal, parseWhole } from './decimal.ts'
import { InstantReader } from './instant.ts'
import { timeComplaint } from './time-complaint.ts'
import { TIME_AMBIGUOUS } from './time-zone.ts'

/**
 * Reader of one row of the long layout (`meter,start,seconds,energy_wh,…`) or of registers (`meter,at,register_wh,…`).
 * A local time that comes twice (clocks go back) is its earlier instant the first time a meter has it in the file, and
 * the later one the second time.
 */
export function longRow(context: RowContext, layout: 'long' | 'registers'): (record: CsvRecord) => void {
  const registers = layout === 'registers'
  const valueName = registers ? 'register_wh' : 'energy_wh'
  const reactiveName = registers ? 'reactive_register_varh' : 'reactive_varh'
  const timeName = registers ? 'at' : 'start'
  const most = registers ? MOST_REGISTER_WH : MOST_WH
  const meterAt = context.column('meter')
  const timeAt = context.column(timeName)
  const secondsAt = context.column('seconds')
  const valueAt = context.column(valueName)
  const reactiveAt = context.column(reactiveName)
  const qualityAt = context.column('quality')
  const { sink, zone } = context
  const instants = new InstantReader(zone)
  const seenAmbiguous = new Set<string>()

  return (record) => {
    const { bytes, from, to } = record
    if (from[valueAt] === to[valueAt]) {
      context.missing++
      return
    }
    const value = parseDecimal(bytes, from[valueAt], to[valueAt])
    if (!(value >= 0 && value <= most)) return badValue(record, valueName, valueAt, value, most)
    let time = instants.read(bytes, from[timeAt], to[timeAt])
    if (time < 0) {
      if (time === TIME_AMBIGUOUS) time = ambiguous(record)
      else {
        const text = fieldText(bytes, from[timeAt], to[timeAt])
        return context.refuse(record, timeName, text, ...timeComplaint(time, text))
      }
    }
    let reactive = Number.NaN
    if (reactiveAt >= 0 && from[reactiveAt] !== to[reactiveAt]) {
      reactive = parseDecimal(bytes, from[reactiveAt], to[reactiveAt])
      if (!(Math.abs(reactive) <= most)) return badValue(record, reactiveName, reactiveAt, reactive, most)
    }
    let quality = 0
    if (qualityAt >= 0 && from[qualityAt] !== to[qualityAt]) {
      quality = parseWhole(bytes, from[qualityAt], to[qualityAt])
      if (!isReadingQuality(quality)) {
        const text = fieldText(bytes, from[qualityAt], to[qualityAt])
        return context.refuse(
          record,
          'quality',
          text,
          `"${text}" is no ESPI quality code`,
          'use 0 (valid), 7–19, or leave it empty for valid',
        )
      }
    }
    let outcome: number
    if (registers) outcome = sink.registerAt(bytes, from[meterAt], to[meterAt], time, value, reactive, quality)
    else {
      const seconds = parseWhole(bytes, from[secondsAt], to[secondsAt])
      if (seconds < 1 || seconds > MOST_SECONDS) {
        const text = fieldText(bytes, from[secondsAt], to[secondsAt])
        return context.refuse(
          record,
          'seconds',
          text,
          `"${text}" is no length of an interval in seconds, 1 to ${MOST_SECONDS}`,
          'write 900 for a quarter of an hour',
        )
      }
      outcome = sink.readingAt(bytes, from[meterAt], to[meterAt], time, seconds, value, reactive, quality)
    }
    if (outcome === TAKEN || outcome === REPEATED) context.taken++
    else {
      const meter = fieldText(bytes, from[meterAt], to[meterAt])
      const [column, reason, remedy] = sinkComplaint(outcome, meter, timeName)
      context.refuse(record, column, column === 'meter' ? meter : fieldText(bytes, from[timeAt], to[timeAt]), reason, remedy)
    }
  }

  function ambiguous({ bytes, from, to }: CsvRecord): number {
    const key = `${instants.local} ${fieldText(bytes, from[meterAt], to[meterAt])}`
    const second = seenAmbiguous.has(key)
    seenAmbiguous.add(key)
    return zone.toUtc(instants.local, second ? 'second' : 'first')
  }

  function badValue(record: CsvRecord, name: string, at: number, value: number, most: number): void {
    const text = fieldText(record.bytes, record.from[at], record.to[at])
    context.refuse(record, name, text, ...valueComplaint(text, value, most))
  }
}
