import { expect, test } from 'vitest'
import { distanceMeters, minesInSight, momentNeeded, withinReach } from '../../detectors/reach.ts'
import { hamlet } from './county.ts'

test('a 75 kW mill cannot be fed a kilometre from its transformer, a 7.5 kW pump can from three', () => {
  const [site] = minesInSight(hamlet(1).mines, 24.5, 98.51, 0, 8_000, 5)
  expect(withinReach(75_000, { ...site, certainMeters: 1_000 })).toBe(false)
  expect(withinReach(7_500, { ...site, certainMeters: 3_000 })).toBe(true)
})

test('load moment is power times cable, and cable is longer than the crow flies', () => {
  expect(momentNeeded(10_000, 1_000)).toBeCloseTo(13, 6)
})

test('the distance between Mangshi and Ruili is that of the map', () => {
  const meters = distanceMeters(24.434, 98.588, 24.018, 97.856)
  expect(meters).toBeGreaterThan(85_000)
  expect(meters).toBeLessThan(89_000)
})

test('what is uncertain about either position is no distance', () => {
  const [site] = minesInSight(hamlet(1).mines, 24.505, 98.5, 300, 8_000, 5)
  expect(site.certainMeters).toBeCloseTo(site.distanceMeters - 350, 3)
})
