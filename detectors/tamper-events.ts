/**
 * Events as evidence: which of those that a meter, or the meters of an area, reported about the time of an onset speak of
 * tampering. Work on the meter opens covers and sets clocks too, and a fault of the line or a lost head end is reported by
 * neighbours in the same hours: neither counts. What was not yet reported at a standing is not known then.
 */

import { NO_AREA } from '../model/ledger.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { EVENT_CLASSES, type EventClass, type MeterEvent, type MeterEvents } from './meter-events.ts'

/** An event with who reported it, and how many others of the area reported the same about then. */
export interface ReportedEvent extends MeterEvent {
  readonly row: number
  /** Usage point. */
  readonly id: string
  readonly alike: number
}

export type TamperClass = Exclude<EventClass, 'supply' | 'work'>
export const TAMPER_CLASSES: readonly TamperClass[] = ['magnet', 'cover', 'log', 'phase', 'clock', 'comms']

const ALIKE_SECONDS = 2 * 3_600
/** Others that report the same within that time, from which on it is the line's matter or a campaign of the utility. */
const MOST_ALIKE: Readonly<Record<TamperClass, number>> = { magnet: 3, cover: 3, log: 2, phase: 1, clock: 1, comms: 1 }
const WORK_SECONDS = 2 * 86_400
const NONE: readonly ReportedEvent[] = []

export function eventsOfPoint(known: JudgedLedger, events: MeterEvents, row: number): readonly ReportedEvent[] {
  if (events.of(row).length === 0) return NONE
  const area = known.ledger.usagePoints.area[row]
  const among = area === NO_AREA ? [row] : rowsOf(known, area)
  return reported(known, events, [row], among)
}

export function eventsOfArea(known: JudgedLedger, events: MeterEvents, area: number): readonly ReportedEvent[] {
  const rows = rowsOf(known, area)
  return rows.some((row) => events.of(row).length > 0) ? reported(known, events, rows, rows) : NONE
}

/** All meters of an area, its own last. */
export function rowsOf({ memberStart, members, totalRow }: JudgedLedger, area: number): number[] {
  const rows = [...members.subarray(memberStart[area], memberStart[area + 1])]
  return totalRow[area] >= 0 ? [...rows, totalRow[area]] : rows
}

function reported(known: JudgedLedger, events: MeterEvents, rows: readonly number[], among: readonly number[]): ReportedEvent[] {
  const { id } = known.ledger.usagePoints
  return rows.flatMap((row) =>
    events.of(row).map((event) => ({ ...event, row, id: id[row], alike: others(events, among, row, event) })),
  )
}

function others(events: MeterEvents, among: readonly number[], row: number, { code, at }: MeterEvent): number {
  let alike = 0
  for (const other of among) {
    if (other !== row && events.of(other).some((one) => one.code === code && Math.abs(one.at - at) <= ALIKE_SECONDS)) alike++
  }
  return alike
}

/** The events of each class that tell of tampering within [from, to], known at `known` (UTC seconds), in order of time. */
export function tellingEvents(
  events: readonly ReportedEvent[],
  from: number,
  to: number,
  known: number,
): Map<TamperClass, readonly ReportedEvent[]> {
  const found = new Map<TamperClass, readonly ReportedEvent[]>()
  for (const kind of TAMPER_CLASSES) {
    const telling = events.filter(
      (event) =>
        EVENT_CLASSES[event.code] === kind &&
        event.at >= from &&
        event.at <= Math.min(to, known) &&
        event.alike <= MOST_ALIKE[kind] &&
        workNear(events, event.row, event.at, known) === null,
    )
    if (telling.length > 0)
      found.set(
        kind,
        telling.toSorted((a, b) => a.at - b.at || a.row - b.row),
      )
  }
  return found
}

/** Work on a meter within two days of a time; null when none is on record. */
export function workNear(events: readonly ReportedEvent[], row: number, at: number, known: number): ReportedEvent | null {
  const near = (event: ReportedEvent) =>
    event.row === row && EVENT_CLASSES[event.code] === 'work' && event.at <= known && Math.abs(event.at - at) <= WORK_SECONDS
  return events.find(near) ?? null
}
