/** A second load on an area whose first has long been known. */
import { expect, test } from 'vitest'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, FIRST_NOON, hamlet, verdictsOf } from './county.ts'
import { home, type Load, play, quarters } from './play.ts'

const HOMES = [home, home, home, home]
const FIRST = 10
const SECOND = 22

test('a pump that comes on top of one that was told long ago is told by itself, with its own onset and power', () => {
  const two: Load = (day) => (day >= SECOND ? 14_500 : day >= FIRST ? 5_500 : 0)
  const alerts = play({ days: SECOND + 8, homes: HOMES, tap: two })
  const first = alerts.find(({ onset }) => daysFrom(onset) < FIRST + 1)
  const second = alerts.find(({ onset }) => daysFrom(onset) > SECOND - 1)
  expect(alerts).toHaveLength(2)
  expect(first).toMatchObject({ route: 'tapped', clearedAt: null })
  expect(second).toMatchObject({ route: 'tapped', subject: { kind: 'area', id: 'T1' }, clearedAt: null })
  expect(Math.abs((second?.powerW ?? 0) - 9_000)).toBeLessThan(1_200)
  expect(daysFrom(second?.raisedAt ?? '')).toBeLessThanOrEqual(SECOND + 7)
})

test('one load that wobbles by a fifth from day to day stays one', () => {
  const wobbling: Load = (day) => (day >= FIRST ? 6_000 * (1 + 0.2 * Math.sin(2 * day)) : 0)
  expect(play({ days: 40, homes: HOMES, tap: wobbling })).toHaveLength(1)
})

test('a plant that is built up day by day is one matter', () => {
  const growing: Load = (day) => (day >= FIRST ? 4_000 + 1_500 * Math.min(8, day - FIRST) : 0)
  expect(play({ days: 35, homes: HOMES, tap: growing })).toHaveLength(1)
})

test('when the second stops its alert clears and the first stands; when the first goes it is not forgotten', () => {
  const gone: Load = (day) => (day >= 34 ? 5_500 : day >= SECOND ? 14_500 : day >= FIRST ? 5_500 : 0)
  const cleared = play({ days: 42, homes: HOMES, tap: gone }).map(({ onset, clearedAt }) => [
    daysFrom(onset) > 20,
    clearedAt !== null,
  ])
  expect(cleared.sort()).toEqual([
    [false, false],
    [true, true],
  ])
})

test('both come back with a snapshot', () => {
  const two: Load = (day) => (day >= SECOND ? 14_500 : day >= FIRST ? 5_500 : 0)
  const ledger = hamlet(HOMES.length)
  const batches = [...quarters(SECOND + 8, HOMES, two)]
  const through = verdictsOf(bankOf(ledger), batches)
  const half = bankOf(ledger)
  verdictsOf(half, batches.slice(0, (SECOND + 5) * 96))
  const parts = half.snapshot()
  const rest = bankOf(ledger)
  rest.restore((name) => {
    const part = parts.get(name)
    return part === undefined ? undefined : bytesOf(part).slice()
  })
  expect(verdictsOf(rest, batches.slice((SECOND + 5) * 96))).toEqual(through)
})

function daysFrom(instant: string): number {
  return (Date.parse(instant) / 1000 - FIRST_NOON) / 86_400
}
