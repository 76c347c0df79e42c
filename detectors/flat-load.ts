/**
 * Flat load: leach and lift pumps, agitators and adsorption columns draw the same power day and night, which no home,
 * farm or shop does. Looks at the fourth-lowest hour of a day: what stands there runs round the clock, ninety-minute
 * stops for the carbon change allowed; noon must have risen with it. Under a host whose own machines come and go, the
 * lowest hour of four days in a row tells instead (detectors/floor-envelope.ts). The only published load figures of 洗洞
 * are of this kind: 10–14 kW without a day–night shape, 8,400 kWh a month and more. Cannot see: what runs less than
 * twenty hours a day, loads below `leastW`, and on a restless host what its own nights have reached within 25 days.
 */
import { z } from 'zod'
import { addedTangent, type DayDetector, type DayFinding, type DayView, flatnessOf } from './day-detector.ts'
import type { Reference } from './day-record.ts'
import { ENVELOPE_DAYS, type FloorEnvelope, noonRise } from './floor-envelope.ts'

export const FlatLoadConfig = z.strictObject({
  /** Days of reference before which nothing is said. */
  leastDays: z.int().positive().default(1),
  /** A step of the day's floor below this (W) is not a processing load. */
  leastW: z.number().positive().default(3_000),
  /** …nor, on a host whose floor never came to QUIET_FLOOR_W, one below this (W): a small pump in a yard, or a part of one that is spread over meters. */
  leastQuietW: z.number().positive().default(2_000),
  /** …nor is one of fewer spreads of the usual floor than this. */
  spreads: z.number().positive().default(5),
  /** …nor one of a smaller share of the usual floor. */
  share: z.number().nonnegative().default(0.3),
  /** The usual floor is never held to be steadier than this share of itself. */
  unsteadiness: z.number().positive().default(0.08),
  /** How far the floor must stand above the highest usual one. */
  timesHighest: z.number().min(1).default(1.15),
})

/** A floor that homes and yards without machines stay below. */
const QUIET_FLOOR_W = 1_000
/** What lifts the nights alone (a later closing hour, a heater) is not there round the clock: noon must have risen too. */
const NOON_SHARE = 0.5
/** …on a single day by this much at least. */
const NOON_SHARE_OF_DAY = 0.35
/** …or this much, when even the lowest hour has risen by LEAST_SHARE. */
const NOON_SHARE_WITH_LEAST = 0.1
const LEAST_SHARE = 0.6
/** Of four days in a row a load must be so many times the least of one day. */
const RAISED_TIMES = 1.4
/** An account that drew nothing before and has a noon this many times its floor has taken up a life of its own, not a pump alone. */
const LIFE_OF_ITS_OWN = 1.6

type Config = z.output<typeof FlatLoadConfig>

export function flatLoad(config: Config): DayDetector {
  return {
    name: 'flat-load',
    judge(view: DayView): DayFinding | null {
      const { watts, usual, floorW, noonW } = view
      if (usual.floor.days < config.leastDays) return null
      const usualW = usual.floor.medianW
      const spreadW = spreadOf(config, usual.floor)
      const stepW = floorW - usualW
      // a day that is high from one end to the other because the host is busy is not flat: its floor never came near before
      const stands =
        stepW >= flatLoadLine(config, usual.floor) &&
        hasRisenAtNoon(view, stepW) &&
        !(usual.mean.medianW === 0 && noonW > LIFE_OF_ITS_OWN * floorW)
      if (!stands && !isRaised(config, view)) return null
      const envelope = usual.leastEnvelope
      const baseW = stands ? usualW : envelope.medianW
      const powerW = stands ? stepW : view.leastEnvelopeW - baseW
      const threshold = baseW + 0.6 * powerW
      let energyWh = 0
      let on = 0
      let first = 96
      let last = 0
      for (let slot = 0; slot < 96; slot++) {
        if (!(watts[slot] >= threshold)) continue
        on++
        energyWh += Math.min(watts[slot] - baseW, 1.25 * powerW) / 4
        if (slot < first) first = slot
        last = slot + 1
      }
      const began = first === 0 && view.before.burstW >= threshold && view.before.tail < 96 ? -view.before.tail : first
      return {
        detector: 'flat-load',
        startSlot: began,
        endSlot: last,
        hours: on / 4,
        powerW,
        energyWh,
        flatness: flatnessOf(watts, first, last, powerW),
        tangent: addedTangent(view, first, last, powerW),
        swings: view.swings,
        lift: liftOf(view, powerW),
        surprise: powerW / (stands ? spreadW : Math.max(envelope.rangeW, 100)),
        usualW: baseW,
        ...(!stands && { daysSeen: ENVELOPE_DAYS + 1 }),
      }
    },
  }
}

function hasRisenAtNoon({ usual, leastW, noonsW, like }: DayView, stepW: number): boolean {
  const leastRisen = leastW - usual.floor.medianW >= LEAST_SHARE * stepW
  // noons that differ by as much as the load from day to day tell nothing
  if (leastRisen && usual.noon.spreadW > 0.5 * stepW) return true
  const share = leastRisen ? NOON_SHARE_WITH_LEAST : NOON_SHARE_OF_DAY
  return !(noonRise(noonsW, like, usual.noonsW, 1) < share * stepW)
}

function isRaised(config: Config, { usual, leastEnvelopeW, noonsW, like }: DayView): boolean {
  // what is usual of four days is worked out only for a day that may reach the line
  if (!(leastEnvelopeW >= RAISED_TIMES * config.leastW)) return false
  const raisedW = leastEnvelopeW - usual.leastEnvelope.highestW
  return raisedW >= raisedLine(config, usual.leastEnvelope) && noonRise(noonsW, like, usual.noonsW) >= NOON_SHARE * raisedW
}

/** By how much a day's floor must stand above the usual one (W) to be a load of its own; NaN while no floor is known. */
export function flatLoadLine(config: Config, floor: Reference): number {
  const { medianW, maximumW } = floor
  return Math.max(
    maximumW < QUIET_FLOOR_W ? Math.min(config.leastW, config.leastQuietW) : config.leastW,
    config.spreads * spreadOf(config, floor),
    config.share * medianW,
    config.timesHighest * maximumW - medianW,
  )
}

/** By how much the lowest hour of four days must stand above its highest of before (W); NaN while no envelope is known. */
export function raisedLine(config: Config, { rangeW, highestW }: FloorEnvelope): number {
  return Math.max(RAISED_TIMES * config.leastW, rangeW, 0.04 * highestW)
}

function spreadOf({ unsteadiness }: Config, { medianW, spreadW }: Reference): number {
  return Math.max(spreadW, unsteadiness * medianW, 100)
}

function liftOf({ meanW, usual }: DayView, powerW: number): number {
  // a host whose days differ by more than the load would tell nothing
  if (usual.mean.days === 0 || usual.mean.spreadW > 0.7 * powerW) return Number.NaN
  return (meanW - usual.mean.medianW) / powerW
}
