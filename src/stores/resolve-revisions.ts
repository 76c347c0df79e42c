import { FLAG_SPREAD } from '../../model/reading-batch.ts'
import { QUALITY_RANK } from '../../model/reading-quality.ts'
import type { LoadProfile } from './reading-store.ts'

/** All rows of one usage point, as columns, in any order and with repetitions. `flags` and `position` as in ReadingBatch. */
export interface StoredRows {
  readonly length: number
  readonly start: ArrayLike<number>
  readonly seconds: ArrayLike<number>
  readonly energyWh: ArrayLike<number>
  readonly reactiveVarh: ArrayLike<number>
  readonly quality: ArrayLike<number>
  readonly flags: ArrayLike<number>
  readonly position: ArrayLike<number>
}

/**
 * One row an interval: of several values for one start the one that counts, whatever the order they came in.
 * The higher QUALITY_RANK wins; of equal ranks a measured value before one spread over a gap, of two spread ones the
 * later in the journal (it knows more registers), then the larger energy. The rest of the order only breaks ties, so
 * that the same set of rows always gives the same profile.
 */
export function resolveRevisions(rows: StoredRows): LoadProfile {
  const { start } = rows
  const order = orderByStart(rows)
  const winners: number[] = []
  const revisions: number[] = []
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && start[order[to]] === start[order[from]]) to++
    winners.push(from + 1 === to ? order[from] : winnerOf(rows, order, from, to))
    revisions.push(from + 1 === to ? 1 : countValues(rows, order, from, to))
    from = to
  }
  return {
    start: Uint32Array.from(winners, (row) => rows.start[row]),
    seconds: Uint32Array.from(winners, (row) => rows.seconds[row]),
    energyWh: Float64Array.from(winners, (row) => rows.energyWh[row]),
    reactiveVarh: Float64Array.from(winners, (row) => rows.reactiveVarh[row]),
    quality: Uint8Array.from(winners, (row) => rows.quality[row]),
    revisions: Uint8Array.from(revisions),
  }
}

function orderByStart({ start, length }: StoredRows): Uint32Array {
  const order = Uint32Array.from({ length }, (_, row) => row)
  for (let row = 1; row < length; row++) if (start[row] < start[row - 1]) return order.sort((a, b) => start[a] - start[b])
  return order
}

function winnerOf(rows: StoredRows, order: Uint32Array, from: number, to: number): number {
  let best = order[from]
  for (let at = from + 1; at < to; at++) if (preference(rows, order[at], best) > 0) best = order[at]
  return best
}

/** Above 0 when row `a` counts rather than row `b`; 0 only when they say the same. */
function preference(rows: StoredRows, a: number, b: number): number {
  const { quality, flags, position, energyWh, seconds, reactiveVarh } = rows
  const spreadA = flags[a] & FLAG_SPREAD
  const spreadB = flags[b] & FLAG_SPREAD
  return (
    QUALITY_RANK[quality[a]] - QUALITY_RANK[quality[b]] ||
    spreadB - spreadA ||
    (spreadA !== 0 ? position[a] - position[b] : 0) ||
    energyWh[a] - energyWh[b] ||
    seconds[a] - seconds[b] ||
    quality[b] - quality[a] ||
    orMissing(reactiveVarh[a]) - orMissing(reactiveVarh[b])
  )
}

/** A known reactive energy before a missing one; finite, so that two missing ones differ by 0. */
function orMissing(reactiveVarh: number): number {
  return Number.isNaN(reactiveVarh) ? -Number.MAX_VALUE : reactiveVarh
}

/** Different (energy, quality) among the rows of one interval, 255 at most. */
function countValues({ energyWh, quality }: StoredRows, order: Uint32Array, from: number, to: number): number {
  const seen = new Set<string>()
  for (let at = from; at < to; at++) seen.add(`${energyWh[order[at]]} ${quality[order[at]]}`)
  return Math.min(seen.size, 255)
}
