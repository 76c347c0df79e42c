import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../../console/styles/tokens.css', import.meta.url), 'utf8')
const [light = {}, dark = {}] = ["='light'] {", "='dark'] {"].map((mark) => {
  const body = css.slice(css.indexOf(mark) + mark.length).split('}')[0] ?? ''
  return Object.fromEntries([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]))
})

/** Text on its ground: 4.5 to 1. */
const TEXT = [
  ['ink', 'ground'],
  ['ink', 'panel'],
  ['ink', 'accent-ground'],
  ['muted', 'ground'],
  ['muted', 'panel'],
  ['muted', 'accent-ground'],
  ['accent', 'panel'],
  ['accent', 'ground'],
  ['accent', 'accent-ground'],
  ['on-accent', 'accent'],
  ['on-red', 'red'],
  ['on-orange', 'orange'],
  ['on-yellow', 'yellow'],
  ['red-text', 'panel'],
  ['good', 'panel'],
  ['warn-ink', 'warn-ground'],
] as const
/** Lines and shapes that carry meaning: 3 to 1. */
const SHAPES = [
  ['control', 'panel'],
  ['orange', 'panel'],
  ['yellow-edge', 'panel'],
  ['load', 'band'],
  ['load', 'night'],
  ['band-edge', 'panel'],
] as const

describe.each([
  ['light', light],
  ['dark', dark],
])('colours (%s)', (_scheme, tokens) => {
  test.each(TEXT)('%s can be read on %s', (above, below) => {
    expect(contrast(tokens[above], tokens[below])).toBeGreaterThanOrEqual(4.5)
  })
  test.each(SHAPES)('%s is seen on %s', (above, below) => {
    expect(contrast(tokens[above], tokens[below])).toBeGreaterThanOrEqual(3)
  })
})

/** WCAG 2.2 contrast ratio of two colours #rrggbb. */
function contrast(a = '', b = ''): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  if (!/^#[0-9a-f]{6}$/.test(colour)) throw new Error(`not a colour: "${colour}"`)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
