/**
 * Register values to interval energies. A register only counts up: its difference over an interval is the energy of the
 * interval, unless the register rolled over at its digits, was reset, or the meter was exchanged. The last 16 values of
 * each meter are kept, so that a late one splits the interval it falls into, and the rows in the end are the same
 * whatever the order of arrival. A difference over several intervals is spread over them and marked derived: nobody
 * knows when in the gap it was drawn, so it must never look like a surge.
 */

import { FLAG_SPREAD, type ReadingBatchBuilder } from '../model/reading-batch.ts'
import { QUALITY_RANK, ReadingQuality } from '../model/reading-quality.ts'
import { FLAG_REGISTER } from '../model/register-flags.ts'
import { MOST_WH, REPEATED, TAKEN, TOO_OLD } from './byte-sink.ts'
import { DEPTH, RegisterMemory } from './register-memory.ts'

export interface RegistersConfig {
  /** Length of the interval of a meter not known better, seconds. */
  readonly usualSeconds: number
  /** A difference that means more than this mean demand before CT/PT, W, is no energy but a changed register. */
  readonly mostDemandW: number
}

/** Longer than this is never a meter's own interval. */
const LONGEST_USUAL = 3_600
/** A finer interval than the usual is believed after this many differences, a coarser one when all that are remembered are. */
const FINER_PROOF = 3
const COARSER_PROOF = DEPTH - 1

export class Registers {
  readonly #config: RegistersConfig
  readonly #memory: RegisterMemory
  readonly #differences = new Float64Array(DEPTH)

  constructor(config: RegistersConfig = { usualSeconds: 900, mostDemandW: 10e6 }, memory = new RegisterMemory()) {
    this.#config = config
    this.#memory = memory
  }

  /**
   * Takes the value of a register at an instant and adds to `batch` the rows that now are known (better). `meter` is a
   * number that stands for the device: values of two devices are never subtracted. Returns TAKEN, REPEATED for a value
   * known already, TOO_OLD for one before all that is remembered.
   */
  take(
    usagePoint: number,
    meter: number,
    at: number,
    registerWh: number,
    registerVarh: number,
    quality: number,
    ratio: number,
    position: number,
    batch: ReadingBatchBuilder,
  ): number {
    const memory = this.#memory
    const slot = memory.slotOf(usagePoint)
    const index = memory.indexOf(slot, at)
    const base = slot * DEPTH
    if (index < memory.count[slot] && memory.at[base + index] === at) {
      if (!outweighs(registerWh, quality, memory.wh[base + index], memory.quality[base + index])) return REPEATED
      memory.write(base + index, meter, at, registerWh, registerVarh, quality)
      this.#emitAround(slot, index, usagePoint, ratio, position, batch)
      return TAKEN
    }
    if (index === 0 && memory.count[slot] === DEPTH) return TOO_OLD
    const inserted = memory.insert(slot, index)
    memory.write(base + inserted, meter, at, registerWh, registerVarh, quality)
    this.#emitAround(slot, inserted, usagePoint, ratio, position, batch)
    return TAKEN
  }

  /** The register was reset or the meter exchanged at `at`: nothing is subtracted across that instant. */
  breakAt(usagePoint: number, at: number): void {
    this.#memory.breakAt(this.#memory.slotOf(usagePoint), at)
  }

  /** All of the state, for the checkpoint. */
  snapshot(): Uint8Array {
    return this.#memory.snapshot()
  }

  restore(snapshot: Uint8Array): void {
    this.#memory.restore(snapshot)
  }

  #emitAround(
    slot: number,
    index: number,
    usagePoint: number,
    ratio: number,
    position: number,
    batch: ReadingBatchBuilder,
  ): void {
    const usual = this.#usualSeconds(slot)
    if (index > 0) this.#emit(slot, index - 1, usual, usagePoint, ratio, position, batch)
    if (index + 1 < this.#memory.count[slot]) this.#emit(slot, index, usual, usagePoint, ratio, position, batch)
  }

  /** Rows for the difference between the values at `index` and `index + 1`. */
  #emit(
    slot: number,
    index: number,
    usual: number,
    usagePoint: number,
    ratio: number,
    position: number,
    batch: ReadingBatchBuilder,
  ): void {
    const memory = this.#memory
    const a = slot * DEPTH + index
    const b = a + 1
    const start = memory.at[a]
    const end = memory.at[b]
    if (memory.meter[a] !== memory.meter[b] || memory.isBroken(slot, start, end)) return
    const seconds = end - start
    const wh = risenBy(memory.wh[a], memory.wh[b])
    if (Number.isNaN(wh) || wh > MOST_WH || wh * 3600 > this.#config.mostDemandW * seconds) return
    const varh = risenBy(memory.varh[a], memory.varh[b])
    const rows = Math.max(1, Math.round(seconds / usual))
    const worse = QUALITY_RANK[memory.quality[a]] <= QUALITY_RANK[memory.quality[b]] ? memory.quality[a] : memory.quality[b]
    const quality = rows === 1 ? worse : ReadingQuality.derived
    const flags = rows === 1 ? FLAG_REGISTER : FLAG_REGISTER | FLAG_SPREAD
    for (let row = 0; row < rows; row++) {
      const from = start + Math.floor((row * seconds) / rows)
      const to = start + Math.floor(((row + 1) * seconds) / rows)
      const share = ((to - from) / seconds) * ratio
      batch.add(usagePoint, from, to - from, wh * share, varh * share, quality, flags, position)
    }
  }

  /** The meter's own interval: the middle one of the remembered differences once there is proof enough, else the configured. */
  #usualSeconds(slot: number): number {
    const { usualSeconds } = this.#config
    const count = this.#memory.count[slot] - 1
    if (count < FINER_PROOF) return usualSeconds
    const base = slot * DEPTH
    const differences = this.#differences.subarray(0, count)
    for (let index = 0; index < count; index++)
      differences[index] = this.#memory.at[base + index + 1] - this.#memory.at[base + index]
    differences.sort()
    const middle = differences[(count - 1) >> 1]
    if (middle < usualSeconds) return Math.max(60, middle)
    const coarser = count === COARSER_PROOF && differences[0] >= 1.5 * usualSeconds
    return coarser ? Math.min(middle, LONGEST_USUAL) : usualSeconds
  }
}

/** Energy between two register values, through a rollover at the register's digits; NaN when the register was reset. */
function risenBy(before: number, after: number): number {
  if (!(after < before)) return after - before
  const capacity = 10 ** Math.ceil(Math.log10(before + 1e-6))
  return before >= 0.9 * capacity && after <= 0.1 * capacity ? capacity - before + after : Number.NaN
}

/** Two values of one register at one instant: the better quality counts, then the larger, whichever came first. */
function outweighs(wh: number, quality: number, otherWh: number, otherQuality: number): boolean {
  const rank = QUALITY_RANK[quality] - QUALITY_RANK[otherQuality]
  return rank > 0 || (rank === 0 && wh > otherWh)
}
