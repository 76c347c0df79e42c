import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DayMatch, MATCHED, matchDay, type SuspectDay } from '../../detectors/signatures/match-day.ts'
import { SignatureTemplate } from '../../detectors/signatures/signature-template.ts'
import { SIGNATURE_TEMPLATES } from '../../detectors/signatures/templates.ts'
import { SIGNATURE_DAYS, type SignatureDay } from '../../fixtures/signatures/days.ts'
import { suspectDay } from './signature-day.ts'

const examples = SIGNATURE_DAYS.filter(({ innocent }) => !innocent)
const lookAlikes = SIGNATURE_DAYS.filter(({ innocent }) => innocent)

function matchOf(day: SuspectDay, template: string): DayMatch | undefined {
  return matchDay(day, SIGNATURE_TEMPLATES).find((match) => match.template === template)
}

function matched(example: SignatureDay, day = suspectDay(example)): DayMatch {
  const match = matchOf(day, example.template)
  if (match === undefined) throw new Error(`${example.what} is no ${example.template}`)
  return match
}

const blind = (day: SuspectDay): SuspectDay => ({ ...day, tangent: new Float64Array(96).fill(Number.NaN) })
const named = (days: readonly SignatureDay[]) => days.map((day) => ({ ...day, name: `${day.what} (${day.template})` }))

describe.each(SIGNATURE_TEMPLATES)('the signature $id', (template) => {
  test('is well formed, and has a day of its own and an innocent one', () => {
    expect(SignatureTemplate.parse(template)).toEqual(template)
    expect(examples.some((day) => day.template === template.id)).toBe(true)
    expect(lookAlikes.some((day) => day.template === template.id)).toBe(true)
  })
})

test.each(named(examples))('$name matches, nothing disagrees, and the part that matched is where it ran', (example) => {
  const day = suspectDay(example)
  const { score, features, from, to } = matched(example)
  expect(score[1]).toBeGreaterThan(0.9)
  if (example.unsure) expect(score[0]).toBeLessThan(MATCHED)
  else expect(score[0]).toBeGreaterThan(0.9)
  expect(features.filter(({ verdict }) => verdict === 'disagrees')).toEqual([])
  const within = day.watts.slice(from, to).reduce((sum, watts) => sum + watts, 0)
  expect(within / day.watts.reduce((sum, watts) => sum + watts, 0)).toBeGreaterThan(0.45)
})

test.each(named(lookAlikes))('$name does not match', (innocent) => {
  expect(matchOf(suspectDay(innocent), innocent.template)).toBeUndefined()
})

test.each(named(examples))('$name without reactive energy is as likely as before and less sure', (example) => {
  const known = matched(example)
  const unknown = matched(example, blind(suspectDay(example)))
  expect(unknown.features.find(({ feature }) => feature === 'powerFactor')).toMatchObject({ verdict: 'unknown', measured: null })
  expect(unknown.score[1]).toBe(1)
  expect(unknown.score[0]).toBeLessThan(MATCHED)
  expect(unknown.score[0]).toBeLessThanOrEqual(known.score[0])
  expect([unknown.from, unknown.to]).toEqual([known.from, known.to])
})

test('computing and a pump look alike without reactive energy: then both may be a pump, and neither is', () => {
  const [crypto] = lookAlikes.filter(({ what }) => what === 'crypto mining')
  const { score } = matched(crypto, blind(suspectDay(crypto)))
  expect(score[1]).toBe(1)
  expect(score[0]).toBeLessThan(MATCHED)
})

test('whichever slots lack reactive energy, the score never gets surer', () => {
  fc.assert(
    fc.property(fc.constantFrom(...examples), fc.uint8Array({ minLength: 96, maxLength: 96, max: 1 }), (example, lost) => {
      const day = suspectDay(example)
      const known = matched(example)
      const some = matched(example, {
        ...day,
        tangent: day.tangent.map((value, slot) => (lost[slot] === 1 ? Number.NaN : value)),
      })
      expect(some.score[0]).toBeLessThanOrEqual(known.score[0])
      expect(some.score[1]).toBeGreaterThanOrEqual(known.score[1])
    }),
  )
})

test('a host of which no reactive energy is known makes the power factor of what stands on it uncertain', () => {
  const [pump] = examples
  const day = suspectDay(pump)
  const onHost = (baseVars: readonly [number, number]) =>
    matched(pump, {
      ...day,
      watts: day.watts.map((w) => w + 4_000),
      tangent: day.tangent.map((t, slot) => (t * day.watts[slot]) / (day.watts[slot] + 4_000)),
      baseW: 4_000,
      baseVars,
    })
  const widthOf = ({ features }: DayMatch) => {
    const [low, high] = features.find(({ feature }) => feature === 'powerFactor')?.measured ?? [0, 1]
    return high - low
  }
  expect(widthOf(onHost([0, 3_000]))).toBeGreaterThan(2 * widthOf(onHost([0, 0])))
})

test('a mill is found beside the longer heater of the same day by its power factor, and may be either without it', () => {
  const day = suspectDay(SIGNATURE_DAYS[0])
  const heater = (slot: number) => slot >= 30 && slot < 56
  const mill = (slot: number) => slot >= 60 && slot < 84
  const both = {
    ...day,
    watts: day.watts.map((_, slot) => (heater(slot) || mill(slot) ? 15_000 : 0)),
    tangent: day.tangent.map((_, slot) => (heater(slot) ? 0 : mill(slot) ? 0.7 : Number.NaN)),
    levelW: 15_000,
    night: { from: 28, to: 80 },
  }
  expect(matchOf(both, 'mill-block')).toMatchObject({ from: 60, to: 84, score: [1, 1] })
  expect(matchOf(blind(both), 'mill-block')?.score).toEqual([0.25, 1])
})

test('the part that matched moves with the day', () => {
  const movable = examples.filter(
    (example) => matched(example).from > 8 && matched(example).to < 88 && example.template !== 'agitator-staircase',
  )
  expect(movable.length).toBeGreaterThan(4)
  fc.assert(
    fc.property(fc.constantFrom(...movable), fc.integer({ min: -8, max: 8 }), (example, by) => {
      const day = suspectDay(example)
      const before = matched(example)
      const moved = (values: Float64Array) => values.map((_, slot) => values[(slot - by + 96) % 96])
      const after = matched(example, {
        ...day,
        watts: moved(day.watts),
        tangent: moved(day.tangent),
        night: { from: day.night.from + by, to: day.night.to + by },
      })
      expect([after.from - by, after.to - by]).toEqual([before.from, before.to])
      expect(after.score).toEqual(before.score)
    }),
  )
})

test('what happens below the load outside of the part does not move it', () => {
  const alone = examples.filter(
    (example) => example.template !== 'agitator-staircase' && matched(example).to - matched(example).from < 90,
  )
  const quiet = fc.array(fc.double({ min: 0, max: 0.3, noNaN: true }), { minLength: 96, maxLength: 96 })
  fc.assert(
    fc.property(fc.constantFrom(...alone), quiet, (example, shares) => {
      const day = suspectDay(example)
      const { from, to, score } = matched(example)
      const lowest = Math.min(...day.watts.slice(from, to).filter((watts) => watts > 0.45 * day.levelW))
      const outside = (slot: number) => (slot < from - 1 || slot > to) && day.watts[slot] < 0.3 * lowest
      const other = matched(example, { ...day, watts: day.watts.map((w, slot) => (outside(slot) ? shares[slot] * lowest : w)) })
      expect([other.from, other.to]).toEqual([from, to])
      expect(other.score).toEqual(score)
    }),
  )
})

test('a missing quarter-hour inside the part is neither running nor rest', () => {
  const [mill] = examples.filter(({ template }) => template === 'mill-block')
  const day = suspectDay(mill)
  const holed = matched(mill, { ...day, watts: day.watts.map((w, slot) => (slot >= 50 && slot < 53 ? Number.NaN : w)) })
  expect(holed.features.find(({ feature }) => feature === 'hours')?.measured).toEqual([7.75, 8.5])
  expect(holed.features.find(({ feature }) => feature === 'starts')?.measured).toEqual([1, 1])
  expect([holed.from, holed.to]).toEqual([matched(mill).from, matched(mill).to])
})

test('any day is compared, and a score is always two bounds within 0 and 1', () => {
  const level = fc.oneof(
    fc.constant(Number.NaN),
    fc.constantFrom(0, 4_000, 8_000, 12_000),
    fc.double({ min: 0, max: 40_000, noNaN: true }),
  )
  const stretches = fc.array(fc.tuple(level, fc.integer({ min: 1, max: 20 })), { minLength: 12, maxLength: 30 })
  fc.assert(
    fc.property(
      stretches,
      fc.double({ min: 0, max: 20_000, noNaN: true }),
      fc.constantFrom(...examples),
      (parts, baseW, example) => {
        const levels = parts.flatMap(([watts, slots]) => Array.from({ length: slots }, () => watts))
        const watts = Float64Array.from({ length: 96 }, (_, at) => levels[at % levels.length])
        for (const { score, from, to, features } of matchDay({ ...suspectDay(example), watts, baseW }, SIGNATURE_TEMPLATES)) {
          expect(score[0]).toBeGreaterThanOrEqual(0)
          expect(score[0]).toBeLessThanOrEqual(score[1])
          expect(score[1]).toBeLessThanOrEqual(1)
          expect(to).toBeGreaterThan(from)
          for (const { measured } of features) expect(measured === null || measured.every(Number.isFinite)).toBe(true)
        }
      },
    ),
    { numRuns: 400 },
  )
})
