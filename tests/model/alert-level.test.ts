import { expect, test } from 'vitest'
import { alertLevel } from '../../model/alert-level.ts'
import { fixtureAlert } from '../console/fixture-county.ts'

const near = [{ mine: 'M-1', distanceMeters: 400, withinReach: true }]
const far = [{ mine: 'M-1', distanceMeters: 9_000, withinReach: false }]
const level = (probability: number, change: object) =>
  alertLevel(fixtureAlert(0, { probability, powerW: 5_000, mines: near, clearedAt: null, ...change }))

test('red takes a strong chance, a running load and a mine within reach, all three', () => {
  expect(level(0.8, {})).toBe('red')
  expect(level(0.8, { mines: far })).toBe('orange')
  expect(level(0.8, { clearedAt: '2026-04-01T00:00:00Z' })).toBe('orange')
})

test('an even chance is orange while it runs and yellow once it stopped', () => {
  expect(level(0.5, {})).toBe('orange')
  expect(level(0.5, { clearedAt: '2026-04-01T00:00:00Z' })).toBe('yellow')
})

test('a load of a mill lifts a fair chance to orange, not a slight one', () => {
  expect(level(0.35, { powerW: 12_000 })).toBe('orange')
  expect(level(0.35, {})).toBe('yellow')
  expect(level(0.2, { powerW: 30_000 })).toBe('yellow')
})
