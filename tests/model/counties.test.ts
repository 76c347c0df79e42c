import { expect, test } from 'vitest'
import { covers } from '../../model/counties.ts'

test.each([
  [['灵宝市'], '灵宝市', true],
  [['灵宝市'], '灵宝市五亩乡', false],
  [['411282'], '411282', true],
  [['411282'], '411282104', true],
  [['411282'], '411283', false],
  [['4112'], '411282', true],
  [['411200'], '411282', true],
  [['411000'], '411082', true],
  [['411000'], '411282', false],
  [['41'], '411282', true],
  [['410000'], '411282', true],
  [['411'], '411282', false],
  [['4'], '411282', false],
  [['00'], '001', false],
  [['芒市', '4112'], '411282', true],
  [['4112'], '', false],
  [['4112'], null, false],
  [[], '411282', false],
  [null, '411282', true],
  [null, null, true],
] as const)('who is bound to %j and a place in %j: %j', (counties, county, expected) => {
  expect(covers(counties, county)).toBe(expected)
})
