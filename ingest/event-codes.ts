import { EVENT_CODES, type EventCode } from '../model/end-device-event.ts'

const OWN = new Map<string, EventCode>(EVENT_CODES.map((code) => [code, code]))

/** Codes of other systems, as they come: DSMR event log numbers as `dsmr:44`, CIM EndDeviceEvent as `0.26.38.85`. */
export const FOREIGN_EVENT_CODES: Readonly<Record<string, EventCode>> = {
  'dsmr:1': 'power-down',
  'dsmr:2': 'power-up',
  'dsmr:6': 'clock-invalid',
  'dsmr:21': 'module-removed',
  'dsmr:22': 'module-inserted',
  'dsmr:40': 'terminal-cover-opened',
  'dsmr:41': 'terminal-cover-closed',
  'dsmr:42': 'magnetic-field',
  'dsmr:43': 'magnetic-field-gone',
  'dsmr:44': 'meter-cover-opened',
  'dsmr:45': 'meter-cover-closed',
  'dsmr:46': 'login-failed',
  'dsmr:47': 'configuration-changed',
  'dsmr:86': 'phase-loss',
  'dsmr:87': 'phase-loss',
  'dsmr:88': 'phase-loss',
  'dsmr:90': 'phase-return',
  'dsmr:91': 'phase-return',
  'dsmr:92': 'phase-return',
  'dsmr:99': 'last-gasp',
  'dsmr:255': 'event-log-cleared',
  '0.26.38.85': 'power-down',
  '0.26.38.49': 'power-up',
}

/** After it the register counts from elsewhere: nothing is subtracted across it. */
export function breaksRegisters(code: EventCode): boolean {
  return code === 'meter-exchanged' || code === 'register-reset'
}

/** Our code for what a meter sent, `other` when we know none: an unknown event is kept, never dropped. */
export function eventCodeOf(raw: string): EventCode {
  const name = raw.trim().toLowerCase()
  return OWN.get(name) ?? OWN.get(name.replaceAll('_', '-').replaceAll(' ', '-')) ?? FOREIGN_EVENT_CODES[name] ?? 'other'
}
