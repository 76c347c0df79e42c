/**
 * Area balance (台区线损): what a transformer supplies, less what its meters count and what the line loses, is power that
 * nobody pays for. The remainder of an area is judged like a meter, by the same detectors: a pump hooked past the meters
 * shows in it as plainly as on a meter of its own. Loss that grows with the square of the load is taken out, by the slope
 * of remainder over squared supply on earlier days. A slot is only judged when every meter is known: few missing slots are bridged,
 * more make the slot unknown, and too many unknown slots make the day not judgeable — no alarm and no all-clear.
 */
import { quantile } from 'simple-statistics'
import { SLOTS } from './day-clock.ts'
import { quantileOf } from './day-detector.ts'

/** Added to every remainder that is judged, so that it is positive where the loss was over-estimated; detectors look at differences only. */
export const REMAINDER_OFFSET_W = 8_000

/** Longest hole in one meter's day that is bridged by its neighbours, slots. */
const BRIDGE = 8
/** A meter whose usual mean is below this share of the supply does not stop the area from being judged while silent. */
const SMALL_SHARE = 0.003

/**
 * Loss that grows with the load, by two models: ohmic loss with the square of the supply (1/W), which is believed as far
 * as supplies were learnt, and a share of the supply. Where a load far above the usual is drawn the larger is believed, for
 * a new mill behind a meter must not look like a tap; far below it the lesser fall, for no more may a harvest that is over.
 */
export interface LoadLoss {
  readonly share: number
  readonly ohmic: number
  /** Supply up to which these were learnt, W: what is supplied beyond it loses the share, and BEYOND_SHARE at least. NaN unknown. */
  readonly highW: number
  /** Supply down to which these were learnt, W: below it the model is believed by which less loss falls away. NaN unknown. */
  readonly lowW: number
}

export type LoadLossField = keyof LoadLoss

export const NO_LOSS: LoadLoss = { share: 0, ohmic: 0, highW: Number.NaN, lowW: Number.NaN }
const MOST_SHARE = 0.15
const LEAST_SHARE = -0.05
/** 1/W. */
const MOST_OHMIC = 1e-5
/** The loss is taken as known up to the supply of a low day: under what came on top of it since it may be learnt wrongly. */
const LOW_DAY = 0.2
/** Days of which less than so many are known tell nothing. */
const LEAST_DAYS = 3

/** Loss of a low-voltage line under a load it did not carry before: the upper end of what rural lines lose (2–8 %). */
const BEYOND_SHARE = 0.08

export interface Remainder {
  /** W per slot, NaN where not judgeable; may be negative. Load-dependent loss is taken out. */
  readonly watts: Float64Array
  readonly judgeable: number
  /** This day's loss by the load, NaN when it cannot be told. */
  readonly loss: LoadLoss
  readonly meanSupplyW: number
}

export interface MemberDay {
  /** W per slot, NaN where missing. */
  readonly watts: Float64Array
  /** Mean of earlier days, W; NaN when unknown. */
  readonly usualMeanW: number
  /** Closed or suspended account that never reported: draws nothing as far as anyone knows. */
  readonly mayBeSilent: boolean
  /** Its first reading ever is of this day: before it, it drew nothing. */
  readonly beginsToday?: boolean
}

const sum = new Float64Array(SLOTS)

/**
 * `loss`: by the load, from earlier days. `member(i)` may return the same object each time. `mend` corrects the remainder
 * before the loss is learnt and taken out (detectors/stray-meters.ts).
 */
export function areaRemainder(
  supply: Float64Array,
  members: number,
  member: (index: number) => MemberDay,
  loss: LoadLoss,
  mend: (watts: Float64Array) => void = () => {},
): Remainder {
  sum.fill(0)
  let meanSupplyW = 0
  let supplied = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    if (Number.isNaN(supply[slot])) continue
    meanSupplyW += supply[slot]
    supplied++
  }
  meanSupplyW = supplied > 0 ? meanSupplyW / supplied : Number.NaN
  for (let index = 0; index < members; index++) addMember(member(index), meanSupplyW)
  const watts = new Float64Array(SLOTS)
  for (let slot = 0; slot < SLOTS; slot++) watts[slot] = supply[slot] - sum[slot]
  mend(watts)
  let judgeable = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!Number.isNaN(watts[slot])) judgeable++
  }
  const found = {
    share: slopeOver(supply, watts, 1),
    ohmic: slopeOver(supply, watts, 2),
    // of the day but for its highest and its lowest hour
    highW: quantileOf(supply, 0, SLOTS, 1 - 4 / SLOTS),
    lowW: quantileOf(supply, 0, SLOTS, 4 / SLOTS),
  }
  for (let slot = 0; slot < SLOTS; slot++) watts[slot] -= lostW(supply[slot], loss)
  return { watts, judgeable, loss: found, meanSupplyW }
}

/** Loss by the load as the days before tell it: none where too few of them do. */
export function learntLoss(days: readonly LoadLoss[]): LoadLoss {
  const known = (field: LoadLossField) => days.map((day) => day[field]).filter((value) => !Number.isNaN(value))
  return {
    share: Math.min(MOST_SHARE, Math.max(LEAST_SHARE, usualOf(known('share')) || 0)),
    ohmic: Math.min(MOST_OHMIC, Math.max(0, usualOf(known('ohmic')) || 0)),
    highW: usualOf(known('highW'), LOW_DAY),
    lowW: usualOf(known('lowW'), 1 - LOW_DAY),
  }
}

/** Median, or another quantile, of what is known of earlier days; NaN when too few are. */
export function usualOf(known: readonly number[], part = 0.5): number {
  return known.length < LEAST_DAYS ? Number.NaN : quantile([...known], part)
}

/**
 * W lost by the load at a supply of `supplyW`. A remainder is held against a load only as far as both models of the loss
 * agree that it rose: above what was learnt the larger loss is taken off, and below it (a harvest is over, a works stands
 * still) no more is put back than the lesser fall.
 */
function lostW(supplyW: number, { share, ohmic, highW, lowW }: LoadLoss): number {
  const learntW = learntAt(supplyW, share, ohmic)
  if (supplyW > highW) return Math.max(learntW, learntAt(highW, share, ohmic) + Math.max(share, BEYOND_SHARE) * (supplyW - highW))
  if (!(supplyW < lowW)) return learntW
  const fallW = Math.min(Math.max(0, share) * (lowW - supplyW), ohmic * (lowW ** 2 - supplyW ** 2))
  return Math.max(learntW, learntAt(lowW, share, ohmic) - fallW)
}

/** What more would remain at a supply of `supplyW`, W, were the model true by which less is lost. */
export function lossDoubtW(supplyW: number, loss: LoadLoss): number {
  const lesserW = Math.min(
    loss.share > 0 ? loss.share * supplyW : Number.POSITIVE_INFINITY,
    loss.ohmic > 0 ? loss.ohmic * supplyW ** 2 : Number.POSITIVE_INFINITY,
  )
  return lesserW === Number.POSITIVE_INFINITY ? 0 : Math.max(0, lostW(supplyW, loss) - lesserW)
}

function learntAt(supplyW: number, share: number, ohmic: number): number {
  return ohmic > 0 ? Math.min(MOST_SHARE * supplyW, ohmic * supplyW ** 2) : share * supplyW
}

function addMember(member: MemberDay, meanSupplyW: number): void {
  const { watts } = member
  let known = -1
  for (let slot = 0; slot <= SLOTS; slot++) {
    if (slot < SLOTS && Number.isNaN(watts[slot])) continue
    if (slot > known + 1) fillHole(member, known, slot, meanSupplyW)
    if (slot < SLOTS) sum[slot] += watts[slot]
    known = slot
  }
}

/** Adds what the slots between `before` and `after` (both known, or the day's ends) are taken for. */
function fillHole(member: MemberDay, before: number, after: number, meanSupplyW: number): void {
  const { watts, usualMeanW, mayBeSilent, beginsToday } = member
  const hole = after - before - 1
  const whole = hole === SLOTS
  let bridged: number
  if ((whole && mayBeSilent) || (before < 0 && beginsToday)) bridged = 0
  else if (!whole && hole <= BRIDGE) {
    const left = before >= 0 ? watts[before] : watts[after]
    const right = after < SLOTS ? watts[after] : watts[before]
    bridged = (left + right) / 2
  } else if (usualMeanW <= SMALL_SHARE * meanSupplyW) bridged = usualMeanW
  else bridged = Number.NaN
  for (let slot = before + 1; slot < after; slot++) sum[slot] += bridged
}

/** Least-squares slope of remainder over a power of the supply; NaN with too few slots or a supply that hardly moves. */
function slopeOver(supply: Float64Array, remainder: Float64Array, power: number): number {
  let n = 0
  let sx = 0
  let sy = 0
  let sxx = 0
  let sxy = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    const x = supply[slot] ** power
    const y = remainder[slot]
    if (Number.isNaN(y)) continue
    n++
    sx += x
    sy += y
    sxx += x * x
    sxy += x * y
  }
  const spread = sxx - (sx * sx) / n
  if (n < 48 || !(spread > n * (0.05 * (sx / n)) ** 2)) return Number.NaN
  return (sxy - (sx * sy) / n) / spread
}
