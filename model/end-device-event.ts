import { z } from 'zod'

/** What a meter reports besides energy, normalised to the names we judge by (docs/payloads.md has the table). */
export const EVENT_CODES = [
  'meter-cover-opened',
  'meter-cover-closed',
  'terminal-cover-opened',
  'terminal-cover-closed',
  'magnetic-field',
  'magnetic-field-gone',
  'power-down',
  'power-up',
  'last-gasp',
  'phase-loss',
  'phase-return',
  'voltage-unbalance',
  'current-unbalance',
  'power-reversal',
  'clock-adjusted',
  'clock-invalid',
  'communication-lost',
  'communication-restored',
  'module-removed',
  'module-inserted',
  'event-log-cleared',
  'configuration-changed',
  'login-failed',
  'relay-opened',
  'relay-closed',
  'relay-misoperation',
  'metering-fault',
  'register-reset',
  'meter-exchanged',
  'ct-ratio-changed',
  'other',
] as const
export const EventCode = z.enum(EVENT_CODES)
export type EventCode = z.infer<typeof EventCode>

/** An event of the meter at usage point row `usagePoint`, `at` UTC seconds; `raw` is the code as it came. */
export interface EndDeviceEvent {
  readonly usagePoint: number
  readonly at: number
  readonly code: EventCode
  readonly raw: string
  readonly detail: string
  readonly position: number
}
