import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CalibrationConfig, type CalibrationLine, chanceOf, logOddsFor, MATTERS, matterOf } from '../../detectors/calibration.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { expectedPrecision } from '../../detectors/expected-precision.ts'
import { fitLine, IDENTITY, type Outcome, reliabilityOf, WIDE } from '../../detectors/fit-calibration.ts'
import { bankOf, hamlet, verdictsOf } from './county.ts'
import { home, quarters, withLoad } from './play.ts'

const line = fc.record({
  slope: fc.double({ min: 0.05, max: 5, noNaN: true }),
  offset: fc.double({ min: -10, max: 10, noNaN: true }),
})
const logOdds = fc.double({ min: -20, max: 20, noNaN: true })

/** So many outcomes at each of some log-odds, as a line says or nearly. */
function outcomesBy(truth: CalibrationLine, each: number): Outcome[] {
  return [-2, -1, 0, 1, 2, 3].flatMap((at) => {
    const right = Math.round(each * chanceOf(truth, at))
    return Array.from({ length: each }, (_, i) => ({ logOdds: at, illegal: i < right ? (1 as const) : (0 as const), weight: 1 }))
  })
}

describe('the map from evidence to chance', () => {
  test('more evidence never means less chance, so the order within a kind of matter stays', () => {
    fc.assert(
      fc.property(line, logOdds, logOdds, (some, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(chanceOf(some, less)).toBeLessThanOrEqual(chanceOf(some, more))
      }),
    )
  })

  test('what was stated leads back to the evidence', () => {
    expect(logOddsFor({ slope: 0.5, offset: -0.3 }, chanceOf({ slope: 0.5, offset: -0.3 }, 1.7))).toBeCloseTo(1.7, 9)
    expect(logOddsFor(IDENTITY, 1)).toBeLessThan(8)
  })

  test('every route belongs to one kind of matter', () => {
    expect((['metered', 'tapped', 'revived', 'night-mill', 'smelting', 'tampered'] as const).map(matterOf)).toEqual([
      'load',
      'remainder',
      'load',
      'load',
      'load',
      'meter',
    ])
  })

  test('half a calibration is refused: it would go under the version of another', () => {
    expect(CalibrationConfig.safeParse({ version: 'mine', load: IDENTITY }).success).toBe(false)
    expect(CalibrationConfig.parse(undefined).version).toMatch(/^simulated-/)
  })

  test('however little is stated, an alert that was raised is not taken for one that never was', () => {
    const homes = [withLoad(home, 7_500, (day) => day >= 10), home, home]
    const hopeless = { slope: 5, offset: -10 }
    const calibration = {
      version: 'hopeless',
      load: { slope: 0.05, offset: -10 },
      remainder: hopeless,
      meter: hopeless,
      spread: 0,
    }
    const config = DetectorsConfig.parse({ calibration })
    const stated = verdictsOf(bankOf(hamlet(homes.length), config), quarters(24, homes)).map(({ probability }) => probability)
    expect(stated).toEqual([0.001])
  })

  test('calibrating changes what is said, never which alerts there are or when they are raised', () => {
    const homes = [withLoad(home, 7_500, (day) => day >= 10), withLoad(home, 3_200, (day) => day >= 12), home]
    const doubtful = { slope: 0.3, offset: -2 }
    const calibration = { version: 'doubtful', load: doubtful, remainder: doubtful, meter: doubtful, spread: 0.5 }
    const play = (config: unknown) => verdictsOf(bankOf(hamlet(homes.length), DetectorsConfig.parse(config)), quarters(24, homes))
    const as = play({})
    const other = play({ calibration })
    expect(as.length).toBeGreaterThan(0)
    expect(other.map(({ id, raisedAt, logOdds: at }) => [id, raisedAt, at])).toEqual(
      as.map(({ id, raisedAt, logOdds: at }) => [id, raisedAt, at]),
    )
    for (const [index, alert] of other.entries()) {
      expect(alert.calibration).toBe('doubtful')
      expect(alert.probability).toBeLessThan(as[index].probability)
      expect(alert.probability).toBeCloseTo(chanceOf(doubtful, alert.logOdds ?? Number.NaN), 2)
    }
  })
})

describe('fitting a line', () => {
  test('many findings are followed, wherever the prior stands', () => {
    const truth = { slope: 0.6, offset: -0.8 }
    for (const prior of [IDENTITY, { slope: 1.5, offset: 2 }]) {
      const fitted = fitLine(outcomesBy(truth, 3000), { line: prior, weight: 40 }, WIDE)
      expect(fitted.slope).toBeCloseTo(truth.slope, 1)
      expect(fitted.offset).toBeCloseTo(truth.offset, 1)
    }
  })

  test('no finding moves nothing, and few move little: as many as the prior is worth, halfway at most', () => {
    const prior = { line: { slope: 0.9, offset: -0.2 }, weight: 40 }
    expect(fitLine([], prior, WIDE)).toEqual(prior.line)
    const against = (count: number) =>
      chanceOf(
        fitLine(
          Array.from({ length: count }, () => ({ logOdds: 1, illegal: 0, weight: 1 })),
          prior,
          WIDE,
        ),
        1,
      )
    const before = chanceOf(prior.line, 1)
    expect(against(2)).toBeLessThan(before)
    expect(against(2)).toBeGreaterThan(before - 0.1)
    expect(against(40)).toBeLessThan(before / 2 + 0.05)
    expect(against(400)).toBeLessThan(0.1)
  })

  test('the slope stays within bounds and positive even when the findings say the opposite', () => {
    const upsideDown = outcomesBy({ slope: 1, offset: 0 }, 200).map((one) => ({ ...one, logOdds: -one.logOdds }))
    const fitted = fitLine(upsideDown, { line: IDENTITY, weight: 10 }, WIDE)
    expect(fitted.slope).toBe(WIDE.slope[0])
    const held = fitLine(
      outcomesBy({ slope: 2, offset: 1.5 }, 500),
      { line: IDENTITY, weight: 10 },
      { slope: [0.1, 1.2], offset: [-4, 0.5] },
    )
    expect([held.slope <= 1.2, held.offset]).toEqual([true, 0.5])
  })

  test('reliability: the mean distance between stated and found, by weight', () => {
    const { bins, error } = reliabilityOf([
      { chance: 0.7, illegal: 1, weight: 1 },
      { chance: 0.7, illegal: 0, weight: 1 },
      { chance: 0.2, illegal: 0, weight: 2 },
    ])
    expect(bins.map(({ stated, achieved, weight }) => [stated, achieved, weight])).toEqual([
      [0.2, 0, 2],
      [0.7, 0.5, 2],
    ])
    expect(error).toBeCloseTo(0.2, 9)
  })
})

describe('the expected precision of a list', () => {
  test('is the mean of its chances, and null of an empty list', () => {
    expect(expectedPrecision([], 0.5)).toBeNull()
    expect(expectedPrecision([0.9, 0.5, 0.4], 0)?.mean).toBe(0.6)
  })

  test('its interval is the exact distribution of so many unequal chances', () => {
    // two of ½: none with ¼, so that 5 % lies at none and 95 % at both
    expect(expectedPrecision([0.5, 0.5], 0)).toEqual({ mean: 0.5, low: 0, high: 1 })
    // binomial, n = 20, p = 0.8: P(≤ 18) = 0.931, P(≤ 19) = 0.988
    expect(expectedPrecision(new Array<number>(20).fill(0.8), 0)?.high).toBe(0.95)
  })

  test('it never says more than as many inspections could tell, however sure the chances are', () => {
    // Wilson's interval of two out of two is [0.425, 1] …
    expect(expectedPrecision([1, 1], 0)).toEqual({ mean: 0.999, low: 0.425, high: 1 })
    expect(expectedPrecision([0, 0], 0)).toEqual({ mean: 0.001, low: 0, high: 0.575 })
    expect(expectedPrecision([0.99, 0.99], 0.3)?.low).toBeLessThan(0.43)
    // … and of sixteen out of twenty [0.622, 0.907]
    expect(expectedPrecision(new Array<number>(20).fill(0.8), 0)?.low).toBe(0.622)
  })

  test('it narrows with length, widens with the spread between counties, and holds its mean', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 60 }), (chances) => {
        const plain = expectedPrecision(chances, 0)
        const spread = expectedPrecision(chances, 0.8)
        if (plain === null || spread === null) throw new Error('a list has a precision')
        expect(spread.low).toBeLessThanOrEqual(plain.low)
        expect(spread.high).toBeGreaterThanOrEqual(plain.high)
        expect(plain.mean).toBe(spread.mean)
        expect(plain.low).toBeLessThanOrEqual(plain.mean + 1 / chances.length)
      }),
    )
    const long = expectedPrecision(new Array<number>(500).fill(0.6), 0)
    expect((long?.high ?? 1) - (long?.low ?? 0)).toBeLessThan(0.08)
  })
})

test('a calibration has a line for every kind of matter', () => {
  const shipped = CalibrationConfig.parse(undefined)
  for (const matter of MATTERS) expect(shipped[matter].slope).toBeGreaterThan(0)
})
