import { type ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import type { LoadProfile } from '../../src/stores/reading-store.ts'
import { resolveRevisions } from '../../src/stores/resolve-revisions.ts'
import { RowColumns } from '../../src/stores/row-columns.ts'

/** A store of readings in memory, in the order in which they came, that can forget the newest again. */
export class RememberedReadings {
  readonly #rows = new ReadingBatchBuilder()

  get length(): number {
    return this.#rows.length
  }

  append({ columns, length }: ReadingBatch): void {
    for (let row = 0; row < length; row++) copyRow(columns, row, this.#rows)
  }

  forgetAfter(length: number): void {
    this.#rows.truncate(length)
  }

  /** What counts, as the stores decide it, of `usagePoints` rows at the times that are `wanted`, UTC seconds. */
  profiles(usagePoints: number, wanted: (start: number) => boolean): LoadProfile[] {
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = this.#rows.columns
    const rows = Array.from({ length: usagePoints }, () => new RowColumns())
    for (let row = 0; row < this.length; row++) {
      if (!wanted(start[row])) continue
      const of = rows[usagePoint[row]]
      of.add(start[row], seconds[row], energyWh[row], reactiveVarh[row], quality[row], flags[row], position[row])
    }
    return rows.map(resolveRevisions)
  }

  /** As StoredReadings of detectors/judge-again.ts. */
  async *scan(usagePoints: readonly number[], from: number, to: number): AsyncIterable<ReadingBatch> {
    const { usagePoint, start } = this.#rows.columns
    const wanted = new Set(usagePoints)
    const places: number[] = []
    for (let row = 0; row < this.length; row++)
      if (start[row] >= from && start[row] < to && wanted.has(usagePoint[row])) places.push(row)
    const batch = new ReadingBatchBuilder(places.length)
    for (const row of places.sort((a, b) => start[a] - start[b])) copyRow(this.#rows.columns, row, batch)
    yield batch
  }
}

function copyRow(from: ReadingBatch['columns'], row: number, into: ReadingBatchBuilder): void {
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = from
  into.add(usagePoint[row], start[row], seconds[row], energyWh[row], reactiveVarh[row], quality[row], flags[row], position[row])
}
