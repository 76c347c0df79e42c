/**
 * The load curve of what an area's transformer supplies and no meter counts, for people to look at: by the same rule as the
 * detectors judge it (detectors/area-balance.ts), from the readings in the store.
 */
import { areaRemainder, type LoadLoss, learntLoss, lossDoubtW, type MemberDay, NO_LOSS } from '../detectors/area-balance.ts'
import { type DayClock, dayOf, SLOT_SECONDS, SLOTS, slotOf, slotStart } from '../detectors/day-clock.ts'
import { ReadingQuality } from '../model/reading-quality.ts'
import { type BalancedSlot, type Band, residualBand } from './residual-band.ts'
import type { LoadProfile } from './stores/reading-store.ts'

export interface AreaMember {
  readonly profile: LoadProfile
  /** Closed or suspended: its silence is no gap. */
  readonly mayBeSilent: boolean
}

export interface Asked {
  /** Starts in [from, to), UTC seconds. */
  readonly from: number
  readonly to: number
  /** Onset of what is looked at (UTC seconds): loss and band are of the days before it. Null: loss of all days, no band. */
  readonly before: number | null
  /** The remainder is never held to be steadier than this, W. */
  readonly steadiestW: number
}

/** Quarter-hours that cannot be told are left out. */
export function areaResidual(
  clock: DayClock,
  totals: readonly LoadProfile[],
  members: readonly AreaMember[],
  { from, to, before, steadiestW }: Asked,
): { readonly profile: LoadProfile; readonly expected: Band | null } {
  const days = { first: dayOf(clock, from), last: dayOf(clock, to - 1) }
  const onsetDay = before === null ? Number.POSITIVE_INFINITY : dayOf(clock, before)
  const supplies = totals.map((profile) => byDay(clock, profile))
  const parts = members.map(({ profile, mayBeSilent }) => ({
    days: byDay(clock, profile),
    usualMeanW: meanWatts(profile),
    mayBeSilent,
  }))
  const supplyOn = (day: number) => sumOf(supplies.map((one) => one.get(day)))
  const remainderOn = (day: number, supply: Float64Array | undefined, loss: LoadLoss) => {
    const member = (index: number): MemberDay => {
      const { days, usualMeanW, mayBeSilent } = parts[index]
      return { watts: days.get(day) ?? emptyDay(), usualMeanW, mayBeSilent }
    }
    return supply && areaRemainder(supply, parts.length, member, loss)
  }

  const losses: LoadLoss[] = []
  for (let day = days.first; day <= Math.min(days.last, onsetDay - 1); day++) {
    const found = remainderOn(day, supplyOn(day), NO_LOSS)?.loss
    if (found) losses.push(found)
  }
  const loss = learntLoss(losses)

  const starts: number[] = []
  const rows: BalancedSlot[] = []
  for (let day = days.first; day <= days.last; day++) {
    const supply = supplyOn(day)
    const watts = remainderOn(day, supply, loss)?.watts
    for (let slot = 0; supply && watts && slot < SLOTS; slot++) {
      const start = slotStart(clock, day, slot)
      if (start < from || start >= to || Number.isNaN(watts[slot])) continue
      starts.push(start)
      rows.push({ day, slot, watts: watts[slot], doubtW: lossDoubtW(supply[slot], loss) })
    }
  }
  const energies = rows.map(({ watts }) => (watts * SLOT_SECONDS) / 3600)
  const expected = before === null ? null : residualBand(rows, onsetDay, steadiestW)
  return { profile: profileOf(starts, energies), expected }
}

function profileOf(starts: number[], energies: number[]): LoadProfile {
  const rows = starts.length
  return {
    start: Uint32Array.from(starts),
    seconds: new Uint32Array(rows).fill(SLOT_SECONDS),
    energyWh: Float64Array.from(energies),
    reactiveVarh: new Float64Array(rows).fill(Number.NaN),
    quality: new Uint8Array(rows).fill(ReadingQuality.derived),
    revisions: new Uint8Array(rows).fill(1),
  }
}

/** W per slot by day, NaN where missing. */
function byDay(clock: DayClock, { start, seconds, energyWh }: LoadProfile): Map<number, Float64Array> {
  const days = new Map<number, Float64Array>()
  for (let row = 0; row < start.length; row++) {
    if (seconds[row] === 0) continue
    const watts = (energyWh[row] * 3600) / seconds[row]
    for (let at = start[row]; at < start[row] + Math.max(seconds[row], 1); at += SLOT_SECONDS) {
      const day = dayOf(clock, at)
      let slots = days.get(day)
      if (!slots) {
        slots = emptyDay()
        days.set(day, slots)
      }
      slots[slotOf(clock, at)] = watts
    }
  }
  return days
}

function emptyDay(): Float64Array {
  return new Float64Array(SLOTS).fill(Number.NaN)
}

function sumOf(days: readonly (Float64Array | undefined)[]): Float64Array | undefined {
  if (days.length === 0) return undefined
  const sum = new Float64Array(SLOTS)
  for (const day of days) {
    if (!day) return undefined
    for (let slot = 0; slot < SLOTS; slot++) sum[slot] += day[slot]
  }
  return sum
}

function meanWatts({ seconds, energyWh }: LoadProfile): number {
  let energy = 0
  let time = 0
  for (let row = 0; row < seconds.length; row++) {
    energy += energyWh[row]
    time += seconds[row]
  }
  return time > 0 ? (energy * 3600) / time : Number.NaN
}
