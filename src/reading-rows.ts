import { type ReadingBatch, ReadingBatchBuilder } from '../model/reading-batch.ts'

/** Readings held in memory as columns, to be read back in order of their start. About 40 bytes a reading. */
export class ReadingRows {
  readonly #rows = new ReadingBatchBuilder(1 << 20)

  get length(): number {
    return this.#rows.length
  }

  add({ columns, length }: ReadingBatch): void {
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = columns
    for (let row = 0; row < length; row++) {
      this.#rows.add(
        usagePoint[row],
        start[row],
        seconds[row],
        energyWh[row],
        reactiveVarh[row],
        quality[row],
        flags[row],
        position[row],
      )
    }
  }

  /** Batches of at most `rows`, in order of start; readings of one start stay in the order in which they were added. The batch is used again. */
  *inOrderOfStart(rows: number): Iterable<ReadingBatch> {
    const { columns, length } = this.#rows
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = columns
    const order = orderOf(start, length)
    const batch = new ReadingBatchBuilder(rows)
    for (let place = 0; place < length; place++) {
      const row = order[place]
      batch.add(
        usagePoint[row],
        start[row],
        seconds[row],
        energyWh[row],
        reactiveVarh[row],
        quality[row],
        flags[row],
        position[row],
      )
      if (batch.length === rows) {
        yield batch
        batch.clear()
      }
    }
    if (batch.length > 0) yield batch
  }
}

/** Stable counting sort by minute: linear, and no object a row. */
function orderOf(start: Uint32Array, length: number): Uint32Array {
  let first = 0xffff_ffff
  let last = 0
  for (let row = 0; row < length; row++) {
    if (start[row] < first) first = start[row]
    if (start[row] > last) last = start[row]
  }
  const places = new Uint32Array(length === 0 ? 1 : Math.floor((last - first) / 60) + 2)
  for (let row = 0; row < length; row++) places[Math.floor((start[row] - first) / 60) + 1]++
  for (let minute = 1; minute < places.length; minute++) places[minute] += places[minute - 1]
  const order = new Uint32Array(length)
  for (let row = 0; row < length; row++) order[places[Math.floor((start[row] - first) / 60)]++] = row
  return order
}
