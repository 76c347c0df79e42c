/**
 * What meters reported besides energy, as far as it tells of tampering, of work on the meter or of the supply: sparse, for
 * the few usage points that have any. Of every code the first of a day is kept, of the six newest days, of the sixty days
 * before the meter's newest event. So the same events leave the same behind, in whatever order and however often they
 * come, and a meter that reports without end holds no more than one that reports now and then.
 */
import type { EventCode } from '../model/end-device-event.ts'

export const EVENT_CLASSES = {
  'meter-cover-opened': 'cover',
  'terminal-cover-opened': 'cover',
  'magnetic-field': 'magnet',
  'phase-loss': 'phase',
  'voltage-unbalance': 'phase',
  'current-unbalance': 'phase',
  'power-reversal': 'phase',
  'clock-adjusted': 'clock',
  'clock-invalid': 'clock',
  'communication-lost': 'comms',
  'module-removed': 'comms',
  'event-log-cleared': 'log',
  'configuration-changed': 'log',
  'login-failed': 'log',
  'power-down': 'supply',
  'last-gasp': 'supply',
  'power-up': 'supply',
  'meter-exchanged': 'work',
  'ct-ratio-changed': 'work',
  'register-reset': 'work',
} as const satisfies Partial<Record<EventCode, string>>
export type TellingCode = keyof typeof EVENT_CLASSES
export type EventClass = (typeof EVENT_CLASSES)[TellingCode]

/** `at` UTC seconds. */
export interface MeterEvent {
  readonly code: TellingCode
  readonly at: number
}

const KEPT_DAYS = 60
const DAYS_A_CODE = 6
const NONE: readonly MeterEvent[] = []

export class MeterEvents {
  readonly #rows = new Map<number, readonly MeterEvent[]>()

  /** True when it tells something that was not known. */
  add(row: number, code: EventCode, at: number): boolean {
    if (!isTelling(code)) return false
    const held = this.of(row)
    const kept = keep([...held, { code, at }])
    if (JSON.stringify(kept) === JSON.stringify(held)) return false
    this.#rows.set(row, kept)
    return true
  }

  /** In order of time. */
  of(row: number): readonly MeterEvent[] {
    return this.#rows.get(row) ?? NONE
  }

  snapshot(): string {
    return JSON.stringify([...this.#rows].sort(([a], [b]) => a - b))
  }

  restore(json: string): void {
    this.#rows.clear()
    const saved: [number, readonly MeterEvent[]][] = json === '' ? [] : JSON.parse(json)
    for (const [row, events] of saved) this.#rows.set(row, events)
  }
}

function keep(events: readonly MeterEvent[]): MeterEvent[] {
  const sorted = events.toSorted((a, b) => b.at - a.at || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
  const newest = dayOf(sorted[0].at)
  const firstOfDay = new Map<string, MeterEvent>()
  const days = new Map<string, Set<number>>()
  for (const event of sorted) {
    const day = dayOf(event.at)
    const kept = days.get(event.code) ?? new Set<number>()
    days.set(event.code, kept)
    if (day < newest - KEPT_DAYS || (kept.size === DAYS_A_CODE && !kept.has(day))) continue
    kept.add(day)
    firstOfDay.set(`${event.code} ${day}`, event)
  }
  return [...firstOfDay.values()].sort((a, b) => a.at - b.at || (a.code < b.code ? -1 : 1))
}

function dayOf(at: number): number {
  return Math.floor(at / 86_400)
}

function isTelling(code: EventCode): code is TellingCode {
  return code in EVENT_CLASSES
}
