import { expect, test } from 'vitest'
import { LATE_REVISION, type ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { withoutLateCopies } from '../../src/stores/late-copies.ts'

const DAY = Date.UTC(2026, 5, 1) / 1000

function batchOf(...rows: readonly { point?: number; start: number; energyWh: number; vars?: number; revision?: number }[]) {
  const batch = new ReadingBatchBuilder()
  for (const { point = 0, start, energyWh, vars = Number.NaN, revision = 0 } of rows) {
    batch.add(point, start, 900, energyWh, vars, 0, 0, 7)
    batch.columns.revision[batch.length - 1] = revision
  }
  return batch
}

/** Reads from a batch that stands for what is stored; notes what was asked for. */
function storeOf(stored: ReadingBatch, asked: number[][] = []) {
  return async (from: number, to: number, points: readonly number[], rows: ReadingBatchBuilder) => {
    asked.push([from, to, ...points])
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = stored.columns
    for (let i = 0; i < stored.length; i++) {
      if (start[i] < from || start[i] >= to || !points.includes(usagePoint[i])) continue
      rows.add(usagePoint[i], start[i], seconds[i], energyWh[i], reactiveVarh[i], quality[i], flags[i], position[i])
    }
  }
}

const told = ({ columns, length }: ReadingBatch) =>
  Array.from({ length }, (_, row) => [columns.usagePoint[row], columns.start[row], columns.energyWh[row], columns.revision[row]])

test('a copy that comes weeks later is no second row, a value that differs is', async () => {
  const stored = batchOf(
    { start: DAY, energyWh: 500, vars: 3 },
    { start: DAY + 900, energyWh: 250 },
    { point: 1, start: DAY, energyWh: 9 },
  )
  const late = batchOf(
    { start: DAY, energyWh: 500, vars: 3, revision: LATE_REVISION + 2 },
    { start: DAY + 900, energyWh: 251, revision: LATE_REVISION },
    { point: 1, start: DAY + 900, energyWh: 9, revision: LATE_REVISION },
    { start: DAY + 86_400 * 20, energyWh: 1 },
  )
  expect(told(await withoutLateCopies(late, LATE_REVISION, storeOf(stored)))).toEqual([
    [0, DAY + 900, 251, LATE_REVISION],
    [1, DAY + 900, 9, LATE_REVISION],
    [0, DAY + 86_400 * 20, 1, 0],
  ])
})

test('in order of time nothing is asked, and of late rows only their days and usage points are', async () => {
  const asked: number[][] = []
  const inTime = batchOf({ start: DAY, energyWh: 1 })
  expect(await withoutLateCopies(inTime, LATE_REVISION, storeOf(inTime, asked))).toBe(inTime)
  expect(asked).toEqual([])
  const late = batchOf({ start: DAY, energyWh: 1 }, { point: 5, start: DAY + 90_000, energyWh: 2, revision: LATE_REVISION })
  await withoutLateCopies(late, LATE_REVISION, storeOf(inTime, asked))
  expect(asked).toEqual([[DAY + 86_400, DAY + 172_800, 5]])
})
