import { expect, test } from 'vitest'
import { rejectedByWeightedBh } from '../../bench/quality/weighted-bh.ts'

const plain = (ps: readonly number[]) => ps.map((p) => ({ p, weight: 1 }))

test('without weights it is Benjamini and Hochberg’s own example: four of fifteen at 5 %', () => {
  // Benjamini and Hochberg 1995, section 3.2
  const ps = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1]
  expect(rejectedByWeightedBh(plain(ps), 0.05).filter(Boolean)).toHaveLength(4)
  expect(rejectedByWeightedBh(plain(ps.toReversed()), 0.05).lastIndexOf(false)).toBe(10)
})

test('a weight of mean one divides the p-value: reckoned by hand', () => {
  // weights 4, 1, 1, 2 have mean 2: p/w = 0.02, 0.08, 0.02, 0.5; lines q·k/m at q = 0.1: 0.025, 0.05, 0.075, 0.1
  const tests = [
    { p: 0.04, weight: 4 },
    { p: 0.04, weight: 1 },
    { p: 0.01, weight: 1 },
    { p: 0.5, weight: 2 },
  ]
  expect(rejectedByWeightedBh(tests, 0.1)).toEqual([true, false, true, false])
  // without weights 0.01, 0.04 and 0.04 lie below 0.075
  expect(
    rejectedByWeightedBh(
      tests.map(({ p }) => ({ p, weight: 1 })),
      0.1,
    ),
  ).toEqual([true, true, true, false])
})

test('only the proportion of weights counts, and a weight of nothing is never let on', () => {
  const ps = [0.001, 0.01, 0.02, 0.3]
  const weighted = (by: number) => ps.map((p, i) => ({ p, weight: by * (i + 1) }))
  expect(rejectedByWeightedBh(weighted(1000), 0.05)).toEqual(rejectedByWeightedBh(weighted(1), 0.05))
  expect(
    rejectedByWeightedBh(
      [
        { p: 0, weight: 0 },
        { p: 0.01, weight: 1 },
      ],
      0.2,
    ),
  ).toEqual([false, true])
})

test('tests that are not given stand with p = 1: the more of them, the fewer are let on', () => {
  expect(rejectedByWeightedBh(plain([0.01, 0.02]), 0.1, 2)).toEqual([true, true])
  expect(rejectedByWeightedBh(plain([0.01, 0.02]), 0.1, 9)).toEqual([true, true])
  expect(rejectedByWeightedBh(plain([0.01, 0.02]), 0.1, 10)).toEqual([true, true])
  expect(rejectedByWeightedBh(plain([0.01, 0.02]), 0.1, 11)).toEqual([false, false])
})
