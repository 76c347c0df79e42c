/**
 * One night of one transformer area in which the same few meters were silent together while the others reported and by
 * day all did: which meters, during which slots. An outage or a dead concentrator silences all; lost packets fall on
 * anybody at any hour; neither is a silent night.
 */
import { SLOTS } from './day-clock.ts'
import type { Night } from './solar-night.ts'

export interface SilentNight {
  readonly day: number
  /** Slots during which they were silent together. */
  readonly from: number
  readonly to: number
  /** Power that the area drew then above its usual night with its silent meters taken for as usual, W; null unknown. */
  readonly excessW: number | null
  /** The silent meters, and their missing night slots as 96 bits. */
  readonly meters: readonly SilentMeter[]
}

export type SilentMeter = readonly [row: number, bits0: number, bits1: number, bits2: number]

/** One meter's day as the night is looked at: `missing(slot)` is true where nothing was measured. */
export interface WatchedMeter {
  readonly row: number
  missing(slot: number): boolean
}

/** Shortest silence that counts, slots. */
export const LEAST_SILENCE = 8
/** Of the day's other slots no more than this share may be missing, or it is not the night that is hidden. */
const MOST_MISSING_BY_DAY = 0.25
/** A meter is silent with others, or reports, when this share of the common slots says so. */
const AGREE = 0.8
const LEAST_REPORTING = 3
/** For each silent meter this many must have reported. */
const REPORTING_A_SILENT = 1.5
const MOST_METERS = 8

const together = new Uint16Array(SLOTS)

/** Null when the night is like any other. The area's own meter is one of `meters`. */
export function silentNight(day: number, night: Night, meters: readonly WatchedMeter[]): SilentNight | null {
  const silent = meters.filter((meter) => isSilent(meter, night))
  if (silent.length < 2) return null
  together.fill(0)
  for (const meter of silent) for (let slot = night.from; slot < night.to; slot++) if (meter.missing(slot)) together[slot]++
  const { from, to } = longest(night.from, night.to, (slot) => together[slot] >= 2)
  if (to - from < LEAST_SILENCE) return null
  const among = silent.filter((meter) => missingIn(meter, from, to) >= AGREE * (to - from))
  const reporting = meters.filter((meter) => missingIn(meter, from, to) <= (1 - AGREE) * (to - from)).length
  if (among.length < 2 || reporting < Math.max(LEAST_REPORTING, REPORTING_A_SILENT * among.length)) return null
  const named = among.sort((a, b) => a.row - b.row).slice(0, MOST_METERS)
  return { day, from, to, excessW: null, meters: named.map((meter) => bitsOf(meter, night)) }
}

function isSilent(meter: WatchedMeter, { from, to }: Night): boolean {
  const run = longest(from, to, (slot) => meter.missing(slot))
  if (run.to - run.from < LEAST_SILENCE) return false
  return missingIn(meter, 0, from) + missingIn(meter, to, SLOTS) <= MOST_MISSING_BY_DAY * (SLOTS - (to - from))
}

function missingIn(meter: WatchedMeter, from: number, to: number): number {
  let missing = 0
  for (let slot = from; slot < to; slot++) if (meter.missing(slot)) missing++
  return missing
}

/** The longest run of slots in [from, to) of which something holds. */
export function longest(from: number, to: number, holds: (slot: number) => boolean): { from: number; to: number } {
  let best = { from, to: from }
  let begin = from
  for (let slot = from; slot <= to; slot++) {
    if (slot < to && holds(slot)) continue
    if (slot - begin > best.to - best.from) best = { from: begin, to: slot }
    begin = slot + 1
  }
  return best
}

function bitsOf(meter: WatchedMeter, { from, to }: Night): SilentMeter {
  const bits = [0, 0, 0]
  for (let slot = from; slot < to; slot++) if (meter.missing(slot)) bits[slot >> 5] |= 1 << (slot & 31)
  return [meter.row, bits[0] >>> 0, bits[1] >>> 0, bits[2] >>> 0]
}

/** The same night told with other row numbers. */
export function withRows(night: SilentNight, rows: readonly number[]): SilentNight {
  return { ...night, meters: night.meters.map(([row, ...bits]) => [rows[row], ...bits] satisfies SilentMeter) }
}

/** The night after a measured value of one of its silent meters came late after all; null when it is silent no more. */
export function withReading(night: SilentNight, row: number, slot: number): SilentNight | null {
  const meters = night.meters.flatMap((meter) => {
    if (meter[0] !== row) return [meter]
    const bits = [meter[1], meter[2], meter[3]]
    bits[slot >> 5] &= ~(1 << (slot & 31))
    const run = longest(night.from, night.to, (at) => (bits[at >> 5] & (1 << (at & 31))) !== 0)
    if (run.to - run.from < LEAST_SILENCE) return []
    return [[row, bits[0] >>> 0, bits[1] >>> 0, bits[2] >>> 0] satisfies SilentMeter]
  })
  return meters.length < 2 ? null : { ...night, meters }
}
