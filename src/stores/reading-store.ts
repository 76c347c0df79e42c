import type { ReadingBatch } from '../../model/reading-batch.ts'

/** Interval readings of one usage point in order of start, one row an interval: the value that counts (model/reading-quality.ts). */
export interface LoadProfile {
  readonly start: Uint32Array
  readonly seconds: Uint32Array
  readonly energyWh: Float64Array
  /** NaN where missing. */
  readonly reactiveVarh: Float64Array
  readonly quality: Uint8Array
  /** How many different values were seen for the interval; 1 when it was never corrected. */
  readonly revisions: Uint8Array
}

/**
 * Keeps interval readings. Every implementation passes tests/contracts/reading-store.ts.
 * `append` may be repeated with the same rows in any order and changes nothing the second time.
 */
export interface ReadingStore {
  /** Takes the rows; they are readable at once, and on disk after the next `flush`. Rejects when the store cannot take them: nothing may be assumed, send them again. */
  append(batch: ReadingBatch): Promise<void>
  /** Resolves when everything appended before is durable. A checkpoint is only saved after it. */
  flush(): Promise<void>
  /** The profile of usage point row `usagePoint` for starts in [from, to), UTC seconds. */
  loadProfile(usagePoint: number, from: number, to: number): Promise<LoadProfile>
  /** The same of several usage points, in their order: a transformer area is read in one go. */
  loadProfiles(usagePoints: readonly number[], from: number, to: number): Promise<LoadProfile[]>
  /** Distinct (usage point, start) pairs held, for the books. */
  count(): Promise<number>
  close(): Promise<void>
}

/**
 * All readings held, to be read again from beginning to end. Changes nothing, and may be open beside the service that
 * writes; what that has not flushed yet is not seen. Every implementation passes tests/contracts/reading-store.ts.
 */
export interface ReadingHistory {
  /** UTC seconds [from, to) in whole UTC days that hold every start; null when there are no readings. */
  span(): Promise<{ readonly from: number; readonly to: number } | null>
  /**
   * Every value held for starts in [from, to), corrections and copies too, in order of start; spread values of one
   * interval in order of position; of the usage point rows `only` when given. `revision` is 0. The columns of a batch are
   * used again for the next.
   */
  scan(from: number, to: number, only?: readonly number[]): AsyncIterable<ReadingBatch>
  close(): Promise<void>
}
