/**
 * Boils the 96 slots of one day down to the numbers of a day record. Hourly means first: they shrug off single odd slots,
 * and ranks among 24 hours say what runs round the clock, at night, and in short bursts.
 */
import { SLOTS } from './day-clock.ts'
import { type DayRecord, UNKNOWN_TANGENT } from './day-record.ts'
import { powerCode, WATTS } from './slot-code.ts'

const HOURS = 24
/** Six in the evening and six in the morning by the clock, in slots of a day that begins at noon: works and shops are at rest. */
export const EVENING = 24
export const MORNING = 72
const hours = new Float64Array(HOURS)
const sorted = new Float64Array(HOURS)
const LOWEST = 4
const lowestHours = new Float64Array(LOWEST)
const record: DayRecord = {
  floor: 0,
  night: 0,
  noon: 0,
  burst: 0,
  evening: 0,
  mean: 0,
  nightTangent: UNKNOWN_TANGENT,
  coverage: 0,
  dip: 0,
  swings: 0,
  tail: 0,
  print: 0,
}

/** `codes` are the 96 slot codes, `midnight` the slot of solar midnight. The returned record is used again by the next call; its print is not measured here. */
export function measureDay(codes: Uint16Array, midnight: number): DayRecord {
  let sum = 0
  let coverage = 0
  let highest = 0
  let lowest = Number.POSITIVE_INFINITY
  for (let hour = 0; hour < HOURS; hour++) {
    let inHour = 0
    let wattsInHour = 0
    for (let slot = hour * 4; slot < hour * 4 + 4; slot++) {
      const code = codes[slot]
      if (code === 0) continue
      const watts = WATTS[code >>> 4]
      wattsInHour += watts
      inHour++
      if (watts > highest) highest = watts
      if (watts < lowest) lowest = watts
    }
    hours[hour] = inHour > 0 ? wattsInHour / inHour : Number.NaN
    sum += wattsInHour
    coverage += inHour
  }
  record.coverage = coverage
  record.mean = powerCode(coverage > 0 ? sum / coverage : 0)
  rankLowest()
  record.floor = powerCode(lowestHours[3])
  record.dip = Math.min(255, (record.floor - powerCode(lowestHours[0])) >> 1)
  const midnightHour = Math.round(midnight / 4)
  record.night = powerCode(rankedHour(midnightHour - 3, midnightHour + 4, 1))
  record.noon = powerCode(medianNoon(midnightHour))
  record.burst = heldLevel(codes, 0, SLOTS)
  record.evening = heldLevel(codes, EVENING, MORNING)
  record.nightTangent = nightTangent(codes, midnightHour)
  record.swings = swings(codes, lowest, highest)
  record.tail = tailOf(codes)
  record.print = 0
  return record
}

/** The four lowest of the day's hours that have readings, in `lowestHours`; of fewer the highest again, 0 when there are none. */
function rankLowest(): void {
  let length = 0
  for (let hour = 0; hour < HOURS; hour++) {
    const value = hours[hour]
    if (Number.isNaN(value) || (length === LOWEST && value >= lowestHours[LOWEST - 1])) continue
    let k = length < LOWEST ? length++ : LOWEST - 1
    for (; k > 0 && lowestHours[k - 1] > value; k--) lowestHours[k] = lowestHours[k - 1]
    lowestHours[k] = value
  }
  for (; length < LOWEST; length++) lowestHours[length] = length === 0 ? 0 : lowestHours[length - 1]
}

/** Mean of the hour that stands at place `rank` (0 lowest) among hours [from, to) that have readings. */
function rankedHour(from: number, to: number, rank: number): number {
  let length = 0
  for (let hour = from; hour < to; hour++) {
    const value = hours[(hour + HOURS) % HOURS]
    if (Number.isNaN(value)) continue
    let k = length++ - 1
    while (k >= 0 && sorted[k] > value) {
      sorted[k + 1] = sorted[k]
      k--
    }
    sorted[k + 1] = value
  }
  return length === 0 ? 0 : sorted[Math.min(rank, length - 1)]
}

/** Nine hours around solar noon: the first and the last hours of a noon-to-noon day. */
function medianNoon(midnightHour: number): number {
  return rankedHour(midnightHour + 8, midnightHour + 17, 4)
}

/** Code of the highest level that three slots in a row of [from, to) all reach. */
function heldLevel(codes: Uint16Array, from: number, to: number): number {
  let best = 0
  for (let slot = from + 2; slot < to; slot++) {
    const held = Math.min(codes[slot] >>> 4, codes[slot - 1] >>> 4, codes[slot - 2] >>> 4)
    if (held > best) best = held
  }
  return Math.max(1, best)
}

function nightTangent(codes: Uint16Array, midnightHour: number): number {
  let reactive = 0
  let over = 0
  for (let slot = (midnightHour - 3) * 4; slot < (midnightHour + 4) * 4; slot++) {
    const code = codes[slot]
    if (!(code & 15)) continue
    const watts = WATTS[code >>> 4]
    reactive += (((code & 15) - 1) / 10) * watts
    over += watts
  }
  return tangentByte(reactive, over)
}

function tangentByte(reactive: number, over: number): number {
  return over > 0 ? Math.min(UNKNOWN_TANGENT - 1, Math.round((reactive / over) * 100)) : UNKNOWN_TANGENT
}

/** Crossings of the middle third between lowest and highest: cold stores and waterworks swing all day, motors that run do not. */
function swings(codes: Uint16Array, lowest: number, highest: number): number {
  if (!(highest > 2 * lowest) && !(highest - lowest > 500)) return 0
  const low = lowest + (highest - lowest) / 3
  const high = lowest + ((highest - lowest) * 2) / 3
  let up = false
  let count = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    const code = codes[slot]
    if (code === 0) continue
    const watts = WATTS[code >>> 4]
    if (up ? watts < low : watts > high) {
      up = !up
      count++
    }
  }
  return count
}

function tailOf(codes: Uint16Array): number {
  const last = hours[HOURS - 1]
  if (!(last > 0)) return 0
  let slot = SLOTS
  while (slot > 0 && WATTS[codes[slot - 1] >>> 4] >= 0.7 * last) slot--
  return SLOTS - slot
}
