import fc from 'fast-check'
import type { Load } from './play.ts'
import { household, noise, workshop } from './tampering.ts'

/** Draws who lives and works in a hamlet, and what is drawn for ore. */

/** A mill, a cold room and a pump of its own keep an honest works busy on weekdays. */
const works =
  (row: number): Load =>
  (day, hour, slot) => {
    const at = day * 96 + (slot % 96)
    const shift = day % 7 < 6 && (hour < 6 || hour >= 20)
    return 500 + 200 * noise(row, at) + (shift ? 6_000 + 5_000 * noise(row, at + 11) : 0)
  }

/** Cooling goes on and off all day. */
const coldRoom =
  (row: number): Load =>
  (day, _hour, slot) =>
    300 + 2_600 * (noise(row, Math.floor((day * 96 + (slot % 96)) / 3)) > 0.55 ? 1 : 0)

/** Works by the cheap tariff of the night. */
const nightShift =
  (row: number): Load =>
  (day, hour, slot) =>
    works(row)(day, (hour + 12) % 24, slot) ?? 0

const HOSTS = { household, workshop, works, coldRoom, nightShift } as const
export const HOST_KINDS = ['household', 'workshop', 'works', 'coldRoom', 'nightShift'] as const
export type HostKind = (typeof HOST_KINDS)[number]

export function hostOf(kind: HostKind, row: number): Load {
  return HOSTS[kind](row)
}

/** Loads for ore, and an honest one that is too small for it. */
export const LOAD_KINDS = ['none', 'none', 'pump', 'mill', 'furnace', 'shift', 'heater'] as const
export type LoadKind = (typeof LOAD_KINDS)[number]

const RUNS: Readonly<Record<LoadKind, (day: number, hour: number) => boolean>> = {
  none: () => false,
  pump: () => true,
  mill: (_day, hour) => hour >= 8 && hour < 17,
  furnace: (day, hour) => day % 2 === 0 && hour >= 8 && hour < 10,
  shift: (_day, hour) => hour >= 18 || hour < 3,
  heater: (_day, hour) => hour >= 7 && hour < 14,
}

export function addedLoad(kind: LoadKind, watts: number, fromDay: number): Load {
  const level = kind === 'heater' ? Math.min(1_500, watts) : watts
  return (day, hour, slot) => (day >= fromDay && RUNS[kind](day, hour) ? level * (1 + 0.012 * Math.sin(slot * 2.3)) : 0)
}

export function both(one: Load, other: Load): Load {
  return (day, hour, slot) => (one(day, hour, slot) ?? 0) + (other(day, hour, slot) ?? 0)
}

/** One customer: who it is, and what begins there. */
export const customer = fc.record({
  host: fc.constantFrom(...HOST_KINDS, 'household' as const, 'household' as const),
  load: fc.constantFrom(...LOAD_KINDS),
  watts: fc.integer({ min: 2_000, max: 16_000 }),
  fromDay: fc.integer({ min: 8, max: 14 }),
})
export type Customer = typeof customer extends fc.Arbitrary<infer T> ? T : never

export function lives(customers: readonly Customer[]): Load[] {
  return customers.map(({ host, load, watts, fromDay }, row) => both(hostOf(host, row), addedLoad(load, watts, fromDay)))
}
