import { expect, test } from 'vitest'
import { metersBetween, reachMeters, ringAround } from '../../console/map/reach-circle.ts'
import { distanceMeters, LOAD_MOMENT, momentNeeded } from '../../detectors/reach.ts'

const HOME = { latitude: 24.62, longitude: 98.31 }

test('the circle on the map is the reach that the judge goes by', () => {
  for (const powerW of [2_000, 7_500, 38_500, 75_000])
    expect(momentNeeded(powerW, reachMeters(powerW))).toBeCloseTo(LOAD_MOMENT, 6)
  expect(reachMeters(0)).toBe(0)
})

test('every point of a ring is as far away as it says', () => {
  for (const [longitude, latitude] of ringAround(HOME, 5_000)) {
    expect(Math.abs(distanceMeters(HOME.latitude, HOME.longitude, latitude, longitude) - 5_000)).toBeLessThan(10)
    expect(metersBetween(HOME, { latitude, longitude })).toBeCloseTo(
      distanceMeters(HOME.latitude, HOME.longitude, latitude, longitude),
      3,
    )
  }
})
