import type { Reference } from './day-record.ts'
import type { FloorEnvelope } from './floor-envelope.ts'
import type { Night } from './solar-night.ts'

/** One judgeable day of one subject, as a detector sees it. Powers in W, NaN where missing. */
export interface DayView {
  readonly day: number
  readonly watts: Float64Array
  /** tan φ by slot, NaN where unknown. */
  readonly tangent: Float64Array
  /** The day before: slots at its end that held one level, and the highest level it held (W); a run may have begun in it. */
  readonly before: { readonly tail: number; readonly burstW: number }
  readonly night: Night
  /** Slot of solar midnight. */
  readonly midnight: number
  readonly floorW: number
  /** Lowest hour. */
  readonly leastW: number
  /** Lowest hour and lowest night of this day and the three before it, W (detectors/floor-envelope.ts); NaN unknown. */
  readonly leastEnvelopeW: number
  readonly nightEnvelopeW: number
  /** Noons of this day and the three before it, W, today's first. */
  readonly noonsW: readonly number[]
  /** Weekday (day modulo 7) that each of them was worked like; −1 unknown. */
  readonly like: Int8Array
  readonly nightW: number
  readonly noonW: number
  readonly burstW: number
  /** The same from evening to morning (detectors/measure-day.ts). */
  readonly eveningW: number
  readonly meanW: number
  readonly swings: number
  /** How many days ago this day and the one before it were before (detectors/replayed-profile.ts), null when they were not. */
  readonly repeats: number | null
  /** How many days ago hours of a day of the last two weeks were before, when such came back again and again, at any time of the day; null when they did not. */
  readonly pieceOf: number | null
  /** What is usual here, from the days before the suspect load began. */
  readonly usual: Usual
}

export interface Usual {
  readonly floor: Reference
  readonly leastEnvelope: FloorEnvelope
  readonly nightEnvelope: FloorEnvelope
  /** Mean noon by weekday (day modulo 7), W; −1 unknown. */
  readonly noonsW: readonly number[]
  readonly night: Reference
  readonly noon: Reference
  readonly burst: Reference
  readonly evening: Reference
  readonly mean: Reference
  /** Reactive power (var) of the usual night, NaN when unknown. */
  readonly nightVars: number
}

/** What a detector holds against a day. */
export interface DayFinding {
  readonly detector: string
  /** First suspect slot; negative when the run began the day before. */
  readonly startSlot: number
  /** Slot after the last suspect one. */
  readonly endSlot: number
  /** Hours during which the suspect load ran. */
  readonly hours: number
  /** Level of the suspect load above what is usual, W. */
  readonly powerW: number
  readonly energyWh: number
  /** Relative change from slot to slot while it ran: 0.01 a mill or pump, 0.2 a saw. */
  readonly flatness: number
  /** tan φ of the added load alone, NaN when it cannot be told. */
  readonly tangent: number
  /** How often it swung on and off. */
  readonly swings: number
  /** Size against the usual spread. */
  readonly surprise: number
  /** Usual level that it stands on, W. */
  readonly usualW: number
  /** Rise of the day's mean against the suspect level: 1 for what runs round the clock on a host that lives as usual. */
  readonly lift: number
  /** Days that the finding rests on, when more than this one. */
  readonly daysSeen?: number
}

/** Judges one closed day at a time; pure. Null when the day is nothing to this detector. */
export interface DayDetector {
  readonly name: string
  /** It looks at the meter and not at a load: other detectors and what is usual do not mind what it finds. */
  readonly aside?: boolean
  judge(view: DayView): DayFinding | null
}

/** Slots over which a load has to be flat to be called flat: four hours. */
const FLAT_SLOTS = 16

/**
 * Median relative change from one reading to the next in [from, to), against `level`, in the quietest four hours: a motor
 * is as flat as ever while the host above it is at rest. The slots of one longer reading are alike and tell nothing.
 */
export function flatnessOf(watts: Float64Array, from: number, to: number, level: number): number {
  const stride = slotsOfReading(watts, Math.max(0, from), to)
  let least = Number.POSITIVE_INFINITY
  for (let start = from; start === from || start + FLAT_SLOTS <= to; start += FLAT_SLOTS / 4) {
    let length = 0
    for (let slot = Math.max(1, start + 1); slot < Math.min(to, start + FLAT_SLOTS); slot++) {
      const change = Math.abs(watts[slot] - watts[slot - 1])
      if (slot % stride === 0 && !Number.isNaN(change)) changes[length++] = change
    }
    if (length > 0) least = Math.min(least, changes.subarray(0, length).sort()[length >> 1])
  }
  return least === Number.POSITIVE_INFINITY ? 1 : least / level
}

const changes = new Float64Array(96)

/** Slots that one reading covers, 1, 2 or 4: those of a half-hour or an hour are all alike, all the time. */
function slotsOfReading(watts: Float64Array, from: number, to: number): number {
  let stride = 4
  for (let slot = from + 1; slot < to && stride > 1; slot++) {
    while (stride > 1 && slot % stride !== 0 && Math.abs(watts[slot] - watts[slot - 1]) > 0) stride /= 2
  }
  return stride
}

/** Mean of the slots that have readings, W; NaN when less than half have. */
export function meanOf(watts: Float64Array): number {
  let sum = 0
  let known = 0
  for (const value of watts) {
    if (Number.isNaN(value)) continue
    sum += value
    known++
  }
  return known >= watts.length / 2 ? sum / known : Number.NaN
}

/** Quantile (0–1) of the slots of [from, to) that have readings; NaN when there are none. */
export function quantileOf(watts: Float64Array, from: number, to: number, quantile: number): number {
  let length = 0
  for (let slot = from; slot < to; slot++) if (!Number.isNaN(watts[slot])) present[length++] = watts[slot]
  if (length === 0) return Number.NaN
  return present.subarray(0, length).sort()[Math.min(length - 1, Math.floor(quantile * length))]
}

const present = new Float64Array(96)

/** tan φ of a load of `addedW` that stands on `usualW` with `usualVars`, from the slots of [from, to) that run at about the added level. */
export function addedTangent(view: DayView, from: number, to: number, addedW: number): number {
  const { watts, tangent, usual } = view
  const level = usual.night.days > 0 ? usual.night.medianW : 0
  let vars = 0
  let over = 0
  for (let slot = Math.max(0, from); slot < to; slot++) {
    if (Number.isNaN(tangent[slot]) || watts[slot] < 0.6 * addedW || watts[slot] > level + 1.6 * addedW) continue
    vars += tangent[slot] * watts[slot]
    over++
  }
  if (over < 2) return Number.NaN
  const usualVars = !Number.isNaN(usual.nightVars) ? usual.nightVars : 0.4 * level
  return Math.max(0, (vars / over - usualVars) / addedW)
}
