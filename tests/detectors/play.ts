import type { Alert } from '../../model/alert.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'

/** Mean power (W) of a meter in a slot: `day` counts noon-to-noon days, `hour` hours since noon. Null: no reading. */
export type Load = (day: number, hour: number, slot: number) => number | null

export interface Played {
  readonly days: number
  /** By customer. */
  readonly homes: readonly Load[]
  /** W drawn past the meters. */
  readonly tap?: Load
  readonly suspended?: boolean
  readonly ledger?: ReturnType<typeof hamlet>
}

/** A home: a refrigerator, an evening, nothing else. */
export const home: Load = (_day, hour, slot) =>
  120 + 60 * Math.sin(slot * 1.7) + (hour >= 6 && hour < 10 ? 700 + 200 * Math.sin(slot) : 0)

/** Adds a load that is on when `on` says so, wobbling by a per cent as motors do. */
export function withLoad(base: Load, watts: number, on: (day: number, hour: number) => boolean): Load {
  return (day, hour, slot) => {
    const below = base(day, hour, slot)
    return below === null ? null : below + (on(day, hour) ? watts * (1 + 0.01 * Math.sin(slot * 2.3)) : 0)
  }
}

/** The alerts that stand after the days were played in order, a quarter-hour at a time. */
export function play({ days, homes, tap, suspended = false, ledger }: Played): Alert[] {
  const county = ledger ?? hamlet(homes.length, suspended)
  return verdictsOf(bankOf(county), quarters(days, homes, tap))
}

export function* quarters(days: number, homes: readonly Load[], tap: Load = () => 0): Iterable<Reading[]> {
  for (let slot = 0; slot < days * 96; slot++) {
    const day = Math.floor(slot / 96)
    const hour = (slot % 96) / 4
    const start = FIRST_NOON + slot * 900
    const readings: Reading[] = []
    let supplyW = (tap(day, hour, slot) ?? 0) + 150
    homes.forEach((load, row) => {
      const watts = load(day, hour, slot)
      supplyW += 1.02 * (watts ?? 0)
      if (watts !== null) readings.push({ row, start, energyWh: watts / 4, quality: ReadingQuality.valid })
    })
    readings.push({ row: homes.length, start, energyWh: supplyW / 4, quality: ReadingQuality.valid })
    yield readings
  }
}

/** Days from the onset to the moment a live service would have known. */
export function daysToKnow(alert: Alert, onsetDay: number): number {
  return (Date.parse(alert.raisedAt) / 1000 - (FIRST_NOON + onsetDay * 86_400)) / 86_400
}
