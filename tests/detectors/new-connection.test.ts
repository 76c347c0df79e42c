import { expect, test } from 'vitest'
import { NO_AREA } from '../../model/ledger.ts'
import { bankOf, batchOf, FIRST_NOON, hamlet, type Reading } from './county.ts'
import { hostOf } from './hosts.ts'
import { home, type Load, quarters, withLoad } from './play.ts'
import { household, workshop } from './tampering.ts'

const pump = withLoad(home, 7_500, () => true)
const NEIGHBOURS = [1, 2, 3, 4, 5, 6].map(household)
const DAYS = 24

/** The alerts on customers of whom each is read from a day of its own on; the transformer's meter is read from the first. */
function accused(homes: readonly Load[], readFrom: (row: number) => number, far = 0): string[] {
  const bank = bankOf(hamlet(homes.length, false, undefined, far))
  let slot = 0
  for (const readings of quarters(DAYS, homes)) {
    const day = Math.floor(slot++ / 96)
    const elsewhere: Reading[] = Array.from({ length: far }, (_, i) => ({ ...readings[0], row: homes.length + 1 + i }))
    bank.take(batchOf([...readings, ...elsewhere].filter(({ row }) => row === homes.length || day >= readFrom(row))))
    bank.judge()
  }
  return bank.alerts().flatMap(({ subject }) => (subject.kind === 'usage-point' ? [subject.id] : []))
}

test('a pump that runs from the first day of an account, long after its neighbours began, is compared with nothing', () => {
  expect(accused([pump, ...NEIGHBOURS], (row) => (row === 0 ? 8 : 0))).toEqual(['U0'])
  expect(accused([pump, ...NEIGHBOURS], () => 0)).toEqual([])
})

test('an honest workshop is not new because a meter elsewhere, or the transformer’s own, was read before', () => {
  const works: Load = (day, hour, slot) => 3_500 + (workshop(0)(day, hour, slot) ?? 0)
  const homes = [works, ...NEIGHBOURS]
  expect(accused(homes, (row) => (row <= homes.length ? 8 : 0), 1)).toEqual([])
})

test('meters of an area that are put in within some weeks were there before: most neighbours must have begun earlier', () => {
  const works: Load = (day, hour, slot) => 3_500 + (workshop(0)(day, hour, slot) ?? 0)
  expect(accused([works, ...NEIGHBOURS], (row) => [7, 0, 5, 6, 7, 8, 9][row] ?? 0)).toEqual([])
})

test('an account of no area is compared with its own days', () => {
  const ledger = hamlet(2)
  const area = ledger.usagePoints.area.slice()
  area[0] = NO_AREA
  const bank = bankOf({ ...ledger, usagePoints: { ...ledger.usagePoints, area } })
  for (const readings of quarters(DAYS, [pump, household(1)])) {
    bank.take(batchOf(readings.filter(({ row, start }) => row !== 0 || start >= FIRST_NOON + 8 * 86_400)))
    bank.judge()
  }
  expect(bank.alerts().filter(({ subject }) => subject.id === 'U0')).toEqual([])
})

test('a night shift whose first whole day is its day of rest is known by the days of which a part was lost', () => {
  const homes = [hostOf('nightShift', 0), ...NEIGHBOURS]
  const readings = [...quarters(DAYS, homes)].flat()
  // the first six days lose four hours of the afternoon, and the seventh is one of rest
  const left = readings.filter(({ row, start }) => {
    const hour = (start - FIRST_NOON) / 3_600
    return row !== 0 || hour >= 6 * 24 || hour % 24 >= 4
  })
  const bank = bankOf(hamlet(homes.length))
  bank.take(batchOf(left))
  bank.judge()
  expect(bank.alerts()).toEqual([])
})
