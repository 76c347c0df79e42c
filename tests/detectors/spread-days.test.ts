import { expect, test } from 'vitest'
import { Registers } from '../../ingest/registers.ts'
import type { Alert } from '../../model/alert.ts'
import { ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { ReadingRows } from '../../src/reading-rows.ts'
import { bankOf, hamlet } from './county.ts'
import { addedLoad, both, hostOf } from './hosts.ts'
import { type Load, quarters } from './play.ts'
import { household } from './tampering.ts'

const NEIGHBOURS = [1, 2, 3, 4, 5].map(household)

type IsRead = (row: number, slot: number) => boolean

/** The alerts over homes of which each register is read at the quarter-hours (from 0 on) that `isRead` says. */
function alertsOf(days: number, homes: readonly Load[], isRead: IsRead): Alert[] {
  const bank = bankOf(hamlet(homes.length))
  for (const batch of batchesOf(days, homes, isRead)) {
    bank.take(batch)
    bank.judge()
  }
  return bank.alerts()
}

/** The same when everything has come and is judged in order of time, as files are, and areas again after late readings. */
function alertsInOrder(days: number, homes: readonly Load[], isRead: IsRead): Alert[] {
  const bank = bankOf(hamlet(homes.length))
  const rows = new ReadingRows()
  for (const batch of batchesOf(days, homes, isRead)) rows.add(batch)
  for (const batch of rows.inOrderOfStart(4_096)) {
    bank.take(batch)
    bank.judge()
  }
  return bank.alerts()
}

function* batchesOf(days: number, homes: readonly Load[], isRead: IsRead): Iterable<ReadingBatchBuilder> {
  const registers = new Registers()
  const shown = new Float64Array(homes.length + 1).fill(1e6)
  let slot = 0
  for (const readings of quarters(days, homes)) {
    const batch = new ReadingBatchBuilder(64)
    slot++
    for (const { row, start, energyWh } of readings) {
      shown[row] += energyWh
      if (isRead(row, slot)) registers.take(row, row, start + 900, shown[row], Number.NaN, 0, 1, 1, batch)
    }
    yield batch
  }
}

const daily = (slot: number) => slot % 96 === 1

test.each(['works', 'nightShift'] as const)('days of %s that were caught up with are neither a pump nor a night mill', (kind) => {
  for (const from of [9, 12, 14]) {
    const isRead = (row: number, slot: number) => row !== 0 || slot < from * 96 || slot > (from + 6) * 96
    expect(alertsOf(24, [hostOf(kind, 0), ...NEIGHBOURS], isRead)).toEqual([])
    expect(alertsInOrder(24, [hostOf(kind, 0), ...NEIGHBOURS], isRead)).toEqual([])
  }
})

test('a pump at a meter of which nothing but a daily register is read is found all the same', () => {
  const homes = [both(household(0), addedLoad('pump', 7_500, 12)), ...NEIGHBOURS]
  const [alert] = alertsOf(24, homes, (row, slot) => row !== 0 || daily(slot))
  expect(alert).toMatchObject({ route: 'metered', subject: { id: 'U0' } })
})

test('a works by night whose meter goes from a daily register to quarter-hours has not begun to work by night', () => {
  const homes = [hostOf('nightShift', 0), ...NEIGHBOURS]
  expect(alertsOf(28, homes, (row, slot) => row !== 0 || slot >= 14 * 96 || daily(slot))).toEqual([])
})
