import { FLAG_SPREAD, type ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { SECONDS_A_DAY } from './reading-tail.ts'

/** Stored readings by UTC day (epoch seconds / 86,400), each day's rows in any order. */
export interface DayRows {
  /** The days with readings that start in [from, to), in order. */
  days(from: number, to: number): Promise<number[]>
  /** How many rows a day has, about. */
  rowsOf(day: number): Promise<number>
  /** Adds the rows that start in [from, to), within one day, to the empty `rows`. */
  read(from: number, to: number, rows: ReadingBatchBuilder): Promise<void>
}

/** Of a few usage points nobody counts: as many as they may have, by the minute. */
export const MOST_ROWS_A_DAY = 1440

interface Slice {
  readonly from: number
  readonly to: number
}

const BATCH_ROWS = 32_768

/**
 * The rows that start in [from, to), in order of start, in batches whose columns are used again. Days are read in slices
 * of about `sliceRows`, put in order in memory, and the next slice is read while the caller works on one: 39 bytes a row
 * twice over.
 */
export async function* scanInOrder(source: DayRows, from: number, to: number, sliceRows: number): AsyncGenerator<ReadingBatch> {
  const slices = slicesOf(source, from, to, sliceRows)
  const batch = new ReadingBatchBuilder(BATCH_ROWS)
  let spare = new ReadingBatchBuilder(1 << 16)
  let ahead = readNext(source, slices, new ReadingBatchBuilder(1 << 16))
  try {
    for (let rows = await ahead; rows !== null; rows = await ahead) {
      spare.clear()
      ahead = readNext(source, slices, spare)
      ahead.catch(() => {}) // told by the await above
      spare = rows
      yield* inOrder(rows, batch)
    }
  } finally {
    await ahead.catch(() => {})
  }
}

async function* slicesOf(source: DayRows, from: number, to: number, sliceRows: number): AsyncGenerator<Slice> {
  for (const day of await source.days(from, to)) {
    const begin = Math.max(from, day * SECONDS_A_DAY)
    const end = Math.min(to, (day + 1) * SECONDS_A_DAY)
    const length = Math.ceil(SECONDS_A_DAY / Math.max(1, Math.ceil((await source.rowsOf(day)) / sliceRows)))
    for (let at = begin; at < end; at += length) yield { from: at, to: Math.min(end, at + length) }
  }
}

async function readNext(
  source: DayRows,
  slices: AsyncGenerator<Slice>,
  rows: ReadingBatchBuilder,
): Promise<ReadingBatchBuilder | null> {
  const { done, value } = await slices.next()
  if (done) return null
  await source.read(value.from, value.to, rows)
  return rows
}

function* inOrder({ columns, length }: ReadingBatchBuilder, batch: ReadingBatchBuilder): Generator<ReadingBatch> {
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = columns
  const order = orderOf(columns, length)
  const to = batch.columns
  for (let from = 0; from < length; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, length - from)
    for (let at = 0; at < count; at++) {
      const row = order[from + at]
      to.usagePoint[at] = usagePoint[row]
      to.start[at] = start[row]
      to.seconds[at] = seconds[row]
      to.energyWh[at] = energyWh[row]
      to.reactiveVarh[at] = reactiveVarh[row]
      to.quality[at] = quality[row]
      to.flags[at] = flags[row]
      to.position[at] = position[row]
    }
    to.revision.fill(0)
    batch.length = count
    yield batch
  }
}

/** Counting sort by second. Of one start, spread values go by position: the later one knows more registers. */
function orderOf({ start, flags, position }: ReadingBatch['columns'], length: number): Uint32Array {
  let first = 0xffff_ffff
  let last = 0
  let spread = 0
  for (let row = 0; row < length; row++) {
    if (start[row] < first) first = start[row]
    if (start[row] > last) last = start[row]
    spread |= flags[row] & FLAG_SPREAD
  }
  if (length === 0) return new Uint32Array(0)
  const places = new Uint32Array(last - first + 2)
  for (let row = 0; row < length; row++) places[start[row] - first + 1]++
  for (let second = 1; second < places.length; second++) places[second] += places[second - 1]
  const order = new Uint32Array(length)
  for (let row = 0; row < length; row++) order[places[start[row] - first]++] = row
  if (spread === 0) return order
  for (let from = 0, to = 1; from < length; from = to++) {
    let some = flags[order[from]] & FLAG_SPREAD
    for (; to < length && start[order[to]] === start[order[from]]; to++) some |= flags[order[to]] & FLAG_SPREAD
    if (some !== 0) order.subarray(from, to).sort((a, b) => position[a] - position[b] || a - b)
  }
  return order
}
