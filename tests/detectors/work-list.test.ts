import { expect, test } from 'vitest'
import { rankAlerts } from '../../detectors/work-list.ts'
import type { Alert } from '../../model/alert.ts'
import { home, play, withLoad } from './play.ts'

const [sample] = play({ days: 16, homes: [withLoad(home, 7_500, (day) => day >= 8), home] })

function alert(id: string, raisedAt: string, probability: number, clearedAt: string | null = null): Alert {
  const [raised] = sample.history
  return { ...sample, id, raisedAt, clearedAt, probability, history: [{ ...raised, probability }] }
}

test('the likelier alert comes first, and one beyond the budget has no rank', () => {
  const day = '2026-03-10T04:00:00Z'
  const ranked = rankAlerts(
    [alert('a', day, 0.4), alert('b', day, 0.9), alert('c', day, 0.7)],
    { weeklyBudget: 2, listFrom: 0.3 },
    8 * 3600,
  )
  expect(ranked.map(({ id, rank }) => [id, rank])).toEqual([
    ['a', null],
    ['b', 1],
    ['c', 2],
  ])
})

test('an alert counts in the week after it was raised, not before and not later', () => {
  const ranked = rankAlerts(
    [
      alert('old', '2026-03-01T04:00:00Z', 0.9),
      alert('now', '2026-03-10T04:00:00Z', 0.5),
      alert('next', '2026-03-12T04:00:00Z', 0.9),
    ],
    { weeklyBudget: 50, listFrom: 0.45 },
    8 * 3600,
  )
  expect(ranked.map(({ rank }) => rank)).toEqual([1, 1, 1])
})

test('an alert not worth a drive is not listed, until later readings strengthen it', () => {
  const weak = alert('weak', '2026-03-10T04:00:00Z', 0.35)
  const stronger = { ...weak, id: 'stronger', history: [...weak.history, { ...weak.history[0], revision: 1, probability: 0.8 }] }
  const ranked = rankAlerts([weak, stronger], { weeklyBudget: 50, listFrom: 0.45 }, 8 * 3600)
  expect(ranked.map(({ id, rank }) => [id, rank])).toEqual([
    ['weak', null],
    ['stronger', 1],
  ])
})
