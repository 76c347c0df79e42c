import { expect, test } from 'vitest'
import type { Reference } from '../../detectors/day-record.ts'
import { multipliedBy } from '../../detectors/multiplier.ts'

const UNKNOWN = 255

/** Twenty days about a level (W), in a range. */
const usually = (medianW: number, minimumW: number, maximumW: number): Reference => ({
  ...{ days: 20, medianW, minimumW, maximumW },
  ...{ spreadW: (maximumW - minimumW) / 5, ordinaryMaximumW: maximumW },
})
/** A home: its nights are a refrigerator’s. */
const usual = {
  floor: usually(80, 50, 150),
  night: usually(90, 55, 160),
  noon: usually(180, 90, 400),
  mean: usually(210, 120, 420),
  burst: usually(1_400, 700, 2_900),
  nightVars: 45,
}
const hundredfold = { floorW: 7_800, nightW: 9_200, noonW: 17_500, meanW: 21_500, burstW: 138_000, usual }

test('a day that is a hundred times the usual one at the night’s own power factor is multiplied', () => {
  expect(multipliedBy(hundredfold, 50)).toBeCloseTo(100, -1)
  expect(multipliedBy(hundredfold, UNKNOWN)).toBeCloseTo(100, -1)
  expect(multipliedBy({ ...hundredfold, usual: { ...usual, nightVars: Number.NaN } }, 95)).toBeCloseTo(100, -1)
})

test('at another power factor it is another load: a multiplier multiplies reactive power too', () => {
  expect(multipliedBy(hundredfold, 95)).toBeNaN()
  expect(multipliedBy(hundredfold, 5)).toBeNaN()
})
