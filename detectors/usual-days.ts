/**
 * What is usual at a subject before a day, from the records of the days before. Each part is looked up when a detector asks
 * for it: on most days the first ones already say that nothing has changed.
 */
import type { Usual } from './day-detector.ts'
import {
  type DayRecords,
  isReference,
  LEVEL,
  LOOK_BACK_DAYS,
  type Reference,
  RING_DAYS,
  referenceOf,
  UNKNOWN_TANGENT,
} from './day-record.ts'
import { type FloorEnvelope, floorEnvelope, noonsByWeekday } from './floor-envelope.ts'
import { WATTS } from './slot-code.ts'

/** Look at it before the records of those days change. */
export class UsualDays implements Usual {
  readonly #records: DayRecords
  readonly #row: number
  readonly #day: number
  #floor: Reference | undefined
  #leastEnvelope: FloorEnvelope | undefined
  #nightEnvelope: FloorEnvelope | undefined
  #noonsW: readonly number[] | undefined
  #night: Reference | undefined
  #noon: Reference | undefined
  #burst: Reference | undefined
  #evening: Reference | undefined
  #mean: Reference | undefined
  #nightVars: number | undefined

  constructor(records: DayRecords, row: number, day: number) {
    this.#records = records
    this.#row = row
    this.#day = day
  }

  get floor(): Reference {
    this.#floor ??= referenceOf(this.#records, this.#row, this.#day, 'floor')
    return this.#floor
  }

  get leastEnvelope(): FloorEnvelope {
    this.#leastEnvelope ??= floorEnvelope(this.#records, this.#row, this.#day, 'least')
    return this.#leastEnvelope
  }

  get nightEnvelope(): FloorEnvelope {
    this.#nightEnvelope ??= floorEnvelope(this.#records, this.#row, this.#day, 'night')
    return this.#nightEnvelope
  }

  get noonsW(): readonly number[] {
    this.#noonsW ??= noonsByWeekday(this.#records, this.#row, this.#day)
    return this.#noonsW
  }

  get night(): Reference {
    this.#night ??= referenceOf(this.#records, this.#row, this.#day, 'night')
    return this.#night
  }

  get noon(): Reference {
    this.#noon ??= referenceOf(this.#records, this.#row, this.#day, 'noon')
    return this.#noon
  }

  get burst(): Reference {
    this.#burst ??= referenceOf(this.#records, this.#row, this.#day, 'burst')
    return this.#burst
  }

  get evening(): Reference {
    this.#evening ??= referenceOf(this.#records, this.#row, this.#day, 'evening')
    return this.#evening
  }

  get mean(): Reference {
    this.#mean ??= referenceOf(this.#records, this.#row, this.#day, 'mean')
    return this.#mean
  }

  get nightVars(): number {
    this.#nightVars ??= usualNightVars(this.#records, this.#row, this.#day)
    return this.#nightVars
  }
}

/** All of it, as an episode keeps it: the records move on. */
export function wholeUsual(usual: Usual): Usual {
  const { floor, leastEnvelope, nightEnvelope, noonsW, night, noon, burst, evening, mean, nightVars } = usual
  return { floor, leastEnvelope, nightEnvelope, noonsW, night, noon, burst, evening, mean, nightVars }
}

function usualNightVars(records: DayRecords, row: number, day: number): number {
  const { coverage, nightTangent, night } = records.columns
  const apart = records.apartOf(row, day)
  let sum = 0
  let days = 0
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const at = row * RING_DAYS + ((day - back) % RING_DAYS)
    if (apart[back] === 1 || !isReference(coverage[at]) || nightTangent[at] === UNKNOWN_TANGENT) continue
    sum += (nightTangent[at] / 100) * WATTS[night[at] & LEVEL]
    days++
  }
  return days > 0 ? sum / days : Number.NaN
}
