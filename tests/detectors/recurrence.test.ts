import { expect, test } from 'vitest'
import type { Alert } from '../../model/alert.ts'
import { FIRST_NOON } from './county.ts'
import { home, play, withLoad } from './play.ts'

const dayOf = (instant: string | null) => (Date.parse(instant ?? '') / 1000 - FIRST_NOON) / 86_400

/** A pump of 9 kW behind the first meter on the days of the pieces. */
function pumping(pieces: readonly (readonly [from: number, to: number])[], days: number): Alert[] {
  const on = (day: number) => pieces.some(([from, to]) => day >= from && day < to)
  return play({ days, homes: [withLoad(home, 9_000, on), home, home] }).filter(({ subject }) => subject.id === 'U0')
}

test('a load that comes back reopens its alert: the id, the beginning and the story so far stay', () => {
  const [first] = pumping([[10, 18]], 30)
  const alerts = pumping(
    [
      [10, 18],
      [30, 36],
    ],
    36,
  )
  expect(alerts.length).toBe(1)
  const [alert] = alerts
  expect(first.clearedAt).not.toBeNull()
  expect(alert.id).toBe(first.id)
  expect(alert.clearedAt).toBeNull()
  expect(alert.onset).toBe(first.onset)
  expect(alert.raisedAt).toBe(first.raisedAt)
  expect(alert.energyWh).toBeGreaterThan(first.energyWh * 1.5)
  expect(alert.history.slice(0, first.history.length)).toEqual(first.history)
  expect(alert.history.map(({ change }) => change).filter((change) => change !== 'strengthened')).toEqual([
    'raised',
    'cleared',
    'reopened',
  ])
  const reopened = alert.history.find(({ change }) => change === 'reopened')
  expect(reopened?.cause.en).toMatch(/back after 1[12] days/)
  expect(dayOf(reopened?.at ?? '')).toBeGreaterThanOrEqual(31)
  expect(alert.revision).toBe(alert.history.length - 1)
})

test('it clears again as the same alert', () => {
  const [alert] = pumping(
    [
      [10, 18],
      [30, 36],
    ],
    44,
  )
  expect(Math.round(dayOf(alert.clearedAt))).toBe(36)
  expect(alert.history.at(-1)?.change).toBe('cleared')
})

test('a load that is back after two months is another matter', () => {
  const alerts = pumping(
    [
      [10, 18],
      [80, 90],
    ],
    90,
  )
  expect(alerts.map(({ clearedAt }) => clearedAt === null)).toEqual([true])
  expect(dayOf(alerts[0].onset)).toBeGreaterThanOrEqual(79)
  expect(alerts[0].history.some(({ change }) => change === 'reopened')).toBe(false)
})
