import { expect, test } from 'vitest'
import { chancePercent } from '../../console/alerts/alert-sentence.ts'

test('however sure an expectation is, the page calls it neither certain nor impossible', () => {
  expect([0.999, 0.62, 0.001].map(chancePercent)).toEqual([99, 62, 1])
})
