import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
    { weeklyBudget: 2, listFrom: 0.3, randomShare: 0 },
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
    { weeklyBudget: 50, listFrom: 0.45, randomShare: 0 },
    8 * 3600,
  )
  expect(ranked.map(({ rank }) => rank)).toEqual([1, 1, 1])
})

test('a load that is back competes in the week of its return', () => {
  const first = alert('back', '2026-02-01T04:00:00Z', 0.6)
  const reopened = { ...first.history[0], revision: 1, change: 'reopened' as const, at: '2026-03-10T04:00:00Z' }
  const ranked = rankAlerts(
    [{ ...first, history: [...first.history, reopened] }, alert('new', '2026-03-10T04:00:00Z', 0.9)],
    { weeklyBudget: 50, listFrom: 0.45, randomShare: 0 },
    8 * 3600,
  )
  expect(ranked.map(({ id, rank }) => [id, rank])).toEqual([
    ['back', 2],
    ['new', 1],
  ])
})

test('an alert not worth a drive is not listed, until later readings strengthen it', () => {
  const weak = alert('weak', '2026-03-10T04:00:00Z', 0.35)
  const stronger = { ...weak, id: 'stronger', history: [...weak.history, { ...weak.history[0], revision: 1, probability: 0.8 }] }
  const ranked = rankAlerts([weak, stronger], { weeklyBudget: 50, listFrom: 0.45, randomShare: 0 }, 8 * 3600)
  expect(ranked.map(({ id, rank }) => [id, rank])).toEqual([
    ['weak', null],
    ['stronger', 1],
  ])
})

describe('inspections by lot', () => {
  const RULES = { weeklyBudget: 10, listFrom: 0.45, randomShare: 0.2 }
  const day = '2026-03-10T04:00:00Z'
  const many = (strong: number, weak: number) => [
    ...Array.from({ length: strong }, (_, i) => alert(`strong ${i}`, day, 0.9 - i / 1000)),
    ...Array.from({ length: weak }, (_, i) => alert(`weak ${i}`, day, 0.35)),
  ]
  const placesOf = (alerts: readonly Alert[], rules = RULES) => {
    const ranked = rankAlerts(alerts, rules, 8 * 3600)
    return {
      byRank: ranked.filter(({ listedBy }) => listedBy === 'rank').map(({ id, rank }) => [id, rank]),
      byLot: ranked.filter(({ listedBy }) => listedBy === 'random').map(({ id, rank }) => [id, rank]),
    }
  }

  test('take free places only, and leave every rank as it was without them', () => {
    for (const strong of [0, 3, 9]) {
      const { byRank, byLot } = placesOf(many(strong, 20))
      expect(byRank).toEqual(placesOf(many(strong, 20), { ...RULES, randomShare: 0 }).byRank)
      expect(byLot.length).toBeGreaterThan(0)
      expect(byRank.length + byLot.length).toBeLessThanOrEqual(10)
      for (const [id, rank] of byLot) expect([String(id).startsWith('weak'), rank]).toEqual([true, null])
    }
  })

  test('cost the last few ranks when more are worth a drive than there are places', () => {
    const { byRank, byLot } = placesOf(many(25, 20))
    expect(byRank.length + byLot.length).toBe(10)
    expect(byLot.length).toBeGreaterThanOrEqual(2)
    expect(byRank.map(([, rank]) => rank)).toEqual(Array.from({ length: byRank.length }, (_, place) => place + 1))
  })

  test('fall on the same alerts in any order, and over many weeks on everybody', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(many(4, 12), { minLength: 16 }), (shuffled) => {
        expect(placesOf(shuffled).byLot.toSorted()).toEqual(placesOf(many(4, 12)).byLot.toSorted())
      }),
      { numRuns: 20 },
    )
    const drawn = new Set<unknown>()
    for (let week = 0; week < 60; week++) {
      const at = new Date(Date.parse(day) + week * 7 * 86_400_000).toISOString()
      const weeks = Array.from({ length: 8 }, (_, i) => alert(`weak ${i}`, at, 0.35))
      for (const [id] of placesOf(weeks).byLot) drawn.add(id)
    }
    expect(drawn.size).toBe(8)
  })

  test('are as many as the share says, a fraction of one in some weeks only', () => {
    const rules = { ...RULES, randomShare: 0.05 }
    const counts = Array.from({ length: 200 }, (_, week) => {
      const at = new Date(Date.parse(day) + week * 7 * 86_400_000).toISOString()
      return placesOf([alert('a', at, 0.35), alert('b', at, 0.35)], rules).byLot.length
    })
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
    expect(new Set(counts)).toEqual(new Set([0, 1]))
    expect(mean).toBeGreaterThan(0.35)
    expect(mean).toBeLessThan(0.65)
    expect(placesOf(many(3, 9), { ...RULES, randomShare: 0 }).byLot).toEqual([])
  })
})

test('what was withdrawn as it was raised has no place', () => {
  const gone = alert('gone', '2026-03-10T04:00:00Z', 0.9, '2026-03-10T04:00:00Z')
  expect(rankAlerts([gone], { weeklyBudget: 5, listFrom: 0.45, randomShare: 0.5 }, 8 * 3600)[0]).toMatchObject({
    rank: null,
    listedBy: null,
  })
})
