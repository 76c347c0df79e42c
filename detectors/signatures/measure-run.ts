/**
 * Measures a run of load as intervals: the least and the most that each feature can have been. What was not metered (a
 * slot, its reactive energy, what the host beneath draws) widens them; nothing is guessed.
 */
import type { SignatureFeature } from '../../model/alert.ts'
import { SLOTS } from '../day-clock.ts'
import type { Night } from '../solar-night.ts'

/** A suspect load of one noon-to-noon day, above what it stands on. */
export interface Layer {
  /** Metered W and tan φ by slot, NaN where missing. */
  readonly watts: Float64Array
  readonly tangent: Float64Array
  /** W that it stands on, and how far that may be off from slot to slot. */
  readonly baseW: number
  readonly unrestW: number
  /** Reactive power (var) of what it stands on: least and most. */
  readonly baseVars: Interval
  /** Its level above the base, W. */
  readonly levelW: number
  /** Slots [from, to) in which it is looked for. */
  readonly from: number
  readonly to: number
  readonly night: Night
}

export type Interval = readonly [low: number, high: number]
export type Measures = Partial<Record<SignatureFeature, Interval | null>>

export interface Run {
  readonly from: number
  readonly to: number
}

/** Of its level, from which a slot counts as on; crushers go as low between two stones. */
const ON_SHARE = 0.45
/** tan φ of slots where it is unknown: from resistive up to what the worst of unloaded motors have. */
const MOST_TANGENT = 1.5
/** How far the code of a slot (detectors/slot-code.ts) rounds tan φ: the same way all day where it is steady. */
const ROUNDING = 0.05
/** Reactive power that comes and goes with the unrest of a host, by watt. */
const VARS_OF_UNREST = 0.3

export function isOn({ watts, baseW, levelW }: Layer, slot: number): boolean {
  return watts[slot] - baseW >= ON_SHARE * levelW
}

/** Runs of on-slots with standstills, or holes, of at most `stopSlots`; at least two slots long. */
export function runsOf(layer: Layer, stopSlots: number): Run[] {
  const runs: Run[] = []
  let from = -1
  let last = -1
  for (let slot = layer.from; slot <= layer.to; slot++) {
    if (slot < layer.to && isOn(layer, slot)) {
      if (from < 0) from = slot
      last = slot
    } else if (from >= 0 && (slot === layer.to || slot - last > stopSlots)) {
      if (last + 1 - from >= 2) runs.push({ from, to: last + 1 })
      from = -1
    }
  }
  return runs
}

export function measureRun(layer: Layer, { from, to }: Run): Measures {
  const { watts, baseW, night } = layer
  let on = 0
  let missing = 0
  let dark = 0
  let starts = 0
  let ranSlots = 0
  let length = 0
  for (let slot = from; slot < to; slot++) {
    if (Number.isNaN(watts[slot])) {
      missing++
      continue
    }
    if (!isOn(layer, slot)) continue
    on++
    if (slot >= night.from && slot < night.to) dark++
    if (slot === from || beginsAt(layer, slot)) starts++
    // the slots in which it starts and stops hold only a part of it
    if (slot > from && slot < to - 1 && isOn(layer, slot - 1) && isOn(layer, slot + 1)) inner[length++] = watts[slot] - baseW
  }
  if (length === 0) for (let slot = from; slot < to; slot++) if (isOn(layer, slot)) inner[length++] = watts[slot] - baseW
  const levelW = medianOf(inner, length)
  for (let slot = from; slot < to; slot++) {
    if (!Number.isNaN(watts[slot])) ranSlots += Math.min(1, Math.max(0, (watts[slot] - baseW) / levelW))
  }
  const gaps = starts - 1
  const slots = to - from
  return {
    kilowatts: [levelW / 1000, levelW / 1000],
    hours: [on / 4, (on + missing) / 4],
    duty: [on / slots, (on + missing) / slots],
    flatness: flatness(layer, levelW, length),
    powerFactor: powerFactor(layer, from, to),
    nightShare: [dark / on, dark / on],
    starts: startsOfDay(layer),
    runMinutes: [(15 * ranSlots) / starts, (15 * (ranSlots + missing)) / starts],
    gapMinutes: gaps === 0 ? [0, 0] : [(15 * (slots - ranSlots - missing)) / gaps, (15 * (slots - ranSlots)) / gaps],
  }
}

/** A hole may hide a standstill, but is none. */
function beginsAt(layer: Layer, slot: number): boolean {
  return isOn(layer, slot) && !isOn(layer, slot - 1) && !Number.isNaN(layer.watts[slot - 1])
}

/** Over all of the window, whichever run is looked at: a furnace is fired once or twice, a thermostat all day. */
function startsOfDay(layer: Layer): Interval {
  let starts = isOn(layer, layer.from) ? 1 : 0
  for (let slot = layer.from + 1; slot < layer.to; slot++) if (beginsAt(layer, slot)) starts++
  return [starts, starts]
}

const inner = new Float64Array(SLOTS)
const away = new Float64Array(SLOTS)

/** Robust spread by the level, as measured and with as much of it as the host's unrest may have made taken off. */
function flatness({ unrestW }: Layer, levelW: number, length: number): Interval | null {
  if (length < 3) return null
  const middle = medianOf(inner, length)
  for (let i = 0; i < length; i++) away[i] = Math.abs(inner[i] - middle)
  const spread = (1.4826 * medianOf(away, length)) / levelW
  return [Math.sqrt(Math.max(0, spread ** 2 - (unrestW / levelW) ** 2)), spread]
}

/** Of the added load alone over the on-slots of [from, to): what is unknown of it may be anything that machines have. */
export function powerFactor(layer: Layer, from: number, to: number): Interval | null {
  const { watts, tangent, baseW, baseVars, unrestW } = layer
  let on = 0
  let known = 0
  let addedW = 0
  let least = 0
  let most = 0
  for (let slot = from; slot < to; slot++) {
    if (!isOn(layer, slot)) continue
    on++
    addedW += watts[slot] - baseW
    const [low, high] = tangentBounds(tangent[slot])
    if (!Number.isNaN(tangent[slot])) known++
    least += low * watts[slot]
    most += high * watts[slot]
  }
  if (known === 0) return null
  const unrest = VARS_OF_UNREST * unrestW * on
  const low = Math.max(0, (least - baseVars[1] * on - unrest) / addedW)
  const high = Math.max(0, (most - baseVars[0] * on + unrest) / addedW)
  return [1 / Math.hypot(1, high), 1 / Math.hypot(1, low)]
}

/** What tan φ can have been in a slot. */
export function tangentBounds(tangent: number): Interval {
  return Number.isNaN(tangent) ? [0, MOST_TANGENT] : [Math.max(0, tangent - ROUNDING), tangent + ROUNDING]
}

export function medianOf(values: Float64Array, length: number): number {
  const sorted = values.slice(0, length).sort()
  return length & 1 ? sorted[length >> 1] : (sorted[length / 2 - 1] + sorted[length / 2]) / 2
}
