import type { ReadingBatch } from '../../model/reading-batch.ts'

export const SECONDS_A_DAY = 86_400
const CHUNK_ROWS = 65_536

/** One chunk of the tail: the columns of ReadingBatch over buffers that DuckDB can copy from. */
export type TailChunk = ReturnType<typeof allocateChunk>

function allocateChunk() {
  return {
    length: 0,
    usagePoint: new Uint32Array(CHUNK_ROWS),
    start: new Uint32Array(CHUNK_ROWS),
    seconds: new Uint32Array(CHUNK_ROWS),
    energyWh: new Float64Array(CHUNK_ROWS),
    reactiveVarh: new Float64Array(CHUNK_ROWS),
    quality: new Uint8Array(CHUNK_ROWS),
    flags: new Uint8Array(CHUNK_ROWS),
    revision: new Uint8Array(CHUNK_ROWS),
    position: new Float64Array(CHUNK_ROWS),
  }
}

/** Rows that are readable and not yet in a file: chunks of columns, 39 bytes a row, copied from the batches given. */
export class ReadingTail {
  readonly chunks: TailChunk[] = []
  /** UTC days (epoch seconds / 86,400) that the rows start in. */
  readonly days = new Set<number>()
  length = 0

  append({ columns, length }: ReadingBatch): void {
    for (let from = 0; from < length; ) {
      let chunk = this.chunks.at(-1)
      if (chunk === undefined || chunk.length === CHUNK_ROWS) {
        chunk = allocateChunk()
        this.chunks.push(chunk)
      }
      const at = chunk.length
      const to = Math.min(length, from + CHUNK_ROWS - at)
      chunk.usagePoint.set(columns.usagePoint.subarray(from, to), at)
      chunk.start.set(columns.start.subarray(from, to), at)
      chunk.seconds.set(columns.seconds.subarray(from, to), at)
      chunk.energyWh.set(columns.energyWh.subarray(from, to), at)
      chunk.reactiveVarh.set(columns.reactiveVarh.subarray(from, to), at)
      chunk.quality.set(columns.quality.subarray(from, to), at)
      chunk.flags.set(columns.flags.subarray(from, to), at)
      chunk.revision.set(columns.revision.subarray(from, to), at)
      chunk.position.set(columns.position.subarray(from, to), at)
      chunk.length += to - from
      this.#noteDays(chunk.start, at, chunk.length)
      from = to
    }
    this.length += length
  }

  #noteDays(start: Uint32Array, from: number, to: number): void {
    let dayStart = Number.NaN
    for (let row = from; row < to; row++) {
      const ofDay = start[row] - dayStart
      if (ofDay >= 0 && ofDay < SECONDS_A_DAY) continue
      const day = Math.floor(start[row] / SECONDS_A_DAY)
      dayStart = day * SECONDS_A_DAY
      this.days.add(day)
    }
  }
}
