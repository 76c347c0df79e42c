import type { DetectorBank } from '../../detectors/detector-bank.ts'
import type { Alert } from '../../model/alert.ts'
import type { EndDeviceEvent, EventCode } from '../../model/end-device-event.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bankOf, batchOf, FIRST_NOON, hamlet, type Reading } from './county.ts'
import { type Load, quarters } from './play.ts'

/** A story of a hamlet in which meters are tampered with, or only seem to be. */
export interface Story {
  readonly days: number
  readonly homes: readonly Load[]
  readonly tap?: Load
  readonly events?: readonly EndDeviceEvent[]
  /** What becomes of the readings of one interval: lost, late, marked. */
  readonly comms?: (readings: readonly Reading[], day: number, hour: number) => readonly Reading[]
  /** Readings that come at the end, days late. */
  readonly afterwards?: readonly Reading[]
  readonly ledger?: ReturnType<typeof hamlet>
}

/** The alerts that stand at the end. */
export function tell(story: Story): Alert[] {
  return toldBank(story).alerts()
}

/** What changes when some events are reported after all was told. */
export function newest(story: Story, events: readonly EndDeviceEvent[]): Alert[] {
  const bank = toldBank(story)
  bank.takeEvents(events)
  return bank.judge()
}

function toldBank({ days, homes, tap, events = [], comms, afterwards = [], ledger = hamlet(homes.length) }: Story): DetectorBank {
  const bank = bankOf(ledger)
  bank.takeEvents(events)
  let slot = 0
  for (const readings of quarters(days, homes, tap)) {
    const day = Math.floor(slot / 96)
    bank.take(batchOf(comms === undefined ? readings : comms(readings, day, (slot % 96) / 4)))
    bank.judge()
    slot++
  }
  bank.take(batchOf(afterwards))
  bank.judge()
  return bank
}

/** `day` counts noon-to-noon days, `hour` hours since noon. */
export function event(usagePoint: number, day: number, hour: number, code: EventCode): EndDeviceEvent {
  return { usagePoint, at: FIRST_NOON + day * 86_400 + hour * 3_600, code, raw: code, detail: '', position: 1 }
}

/** Deterministic noise, 0 to 1. */
export function noise(row: number, slot: number): number {
  let hash = Math.imul(slot + 1, 0x9e3779b1) ^ Math.imul(row + 7, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ((hash ^ (hash >>> 12)) >>> 0) / 4_294_967_296
}

/** A home whose days are never the same. */
export const household =
  (row: number): Load =>
  (day, hour, slot) => {
    const at = day * 96 + (slot % 96)
    const evening = hour >= 6 && hour < 10 ? 500 + 900 * noise(row, at + 7) : 0
    return 80 + 160 * noise(row, at) + evening + 60 * noise(row, day)
  }

/** A workshop that runs by day, and keeps a cold room. */
export const workshop =
  (row: number): Load =>
  (day, hour, slot) => {
    const at = day * 96 + (slot % 96)
    return 1_400 + 300 * noise(row, at) + (hour < 6 || hour >= 20 ? 3_200 + 900 * noise(row, at + 3) : 0)
  }

/** The meter counts this share of a load from a day on. */
export function counting(share: number, fromDay: number, load: Load): Load {
  return (day, hour, slot) => (load(day, hour, slot) ?? 0) * (day >= fromDay ? share : 1)
}

/** What it no longer counts is still drawn. */
export function uncounted(share: number, fromDay: number, load: Load): Load {
  return (day, hour, slot) => (day >= fromDay ? (1 - share) * (load(day, hour, slot) ?? 0) : 0)
}

export function reading(row: number, slot: number, watts: number, quality: number = ReadingQuality.valid): Reading {
  return { row, start: FIRST_NOON + slot * 900, energyWh: watts / 4, quality }
}
