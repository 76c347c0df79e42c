/**
 * Late readings that are stored already. A late value is written beside the one that it may differ from, for the window no
 * longer knows that one; a copy sent again weeks later must not become a second row of its interval. So what is late is
 * compared with what is stored, day by day, before it is written; in order of time nothing is late and nothing is asked.
 */
import { type ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { SECONDS_A_DAY } from './reading-tail.ts'

/** Adds to `rows` all that is stored of usage point rows, every revision, for starts in [from, to). */
export type ReadStored = (from: number, to: number, usagePoints: readonly number[], rows: ReadingBatchBuilder) => Promise<void>

/** The batch without late rows that are stored with the same values; the batch itself when it has none. */
export async function withoutLateCopies(batch: ReadingBatch, leastRevision: number, read: ReadStored): Promise<ReadingBatch> {
  const { start, usagePoint, revision } = batch.columns
  const days = new Map<number, number[]>()
  for (let row = 0; row < batch.length; row++) {
    if (revision[row] < leastRevision) continue
    const day = Math.floor(start[row] / SECONDS_A_DAY)
    const rows = days.get(day)
    if (rows === undefined) days.set(day, [row])
    else rows.push(row)
  }
  if (days.size === 0) return batch
  const copies = new Uint8Array(batch.length)
  for (const [day, rows] of days) {
    const stored = new ReadingBatchBuilder(rows.length)
    const usagePoints = [...new Set(rows.map((row) => usagePoint[row]))]
    await read(day * SECONDS_A_DAY, (day + 1) * SECONDS_A_DAY, usagePoints, stored)
    markCopies(batch, rows, stored, copies)
  }
  return copies.includes(1) ? withoutRows(batch, copies) : batch
}

function markCopies(batch: ReadingBatch, rows: readonly number[], stored: ReadingBatch, copies: Uint8Array): void {
  const seen = new Set<string>()
  for (let row = 0; row < stored.length; row++) seen.add(keyOf(stored, row))
  for (const row of rows) if (seen.has(keyOf(batch, row))) copies[row] = 1
}

/** All that a reading says, as the store gives it back. */
function keyOf({ columns }: ReadingBatch, row: number): string {
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags } = columns
  return `${usagePoint[row]} ${start[row]} ${seconds[row]} ${energyWh[row]} ${reactiveVarh[row]} ${quality[row]} ${flags[row]}`
}

function withoutRows({ columns, length }: ReadingBatch, left: Uint8Array): ReadingBatch {
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position, revision } = columns
  const kept = new ReadingBatchBuilder(length)
  for (let row = 0; row < length; row++) {
    if (left[row] === 1) continue
    kept.add(
      ...([usagePoint[row], start[row], seconds[row], energyWh[row], reactiveVarh[row]] as const),
      ...([quality[row], flags[row], position[row]] as const),
    )
    kept.columns.revision[kept.length - 1] = revision[row]
  }
  return kept
}
