import { describe, expect, test } from 'vitest'
import { loadPrint } from '../../detectors/load-print.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import type { Load } from './play.ts'
import { household, noise, type Story, tell, workshop } from './tampering.ts'

const FROM = 25
const DAYS = 55
const neighbours = [1, 2, 3, 4].map(household)

/** The load of `load` at a slot counted from the first noon. */
const at = (load: Load, slot: number) => load(Math.floor(slot / 96), (slot % 96) / 4, slot) ?? 0

/** From day 25 on the meter sends what `source` says, as a slot of the days before. */
function replaying(load: Load, source: (slot: number) => number): Load {
  return (day, _hour, slot) => at(load, day >= FROM ? source(slot) : slot)
}

/** The two weeks before day 25 again and again, moved by some slots. */
const loop = (moved: number) => (slot: number) => (FROM - 14) * 96 + ((slot - FROM * 96 + moved + 14 * 96) % (14 * 96))

const hosts: readonly [string, Load][] = [
  ['a home', household(0)],
  ['a workshop', workshop(0)],
]

describe.each(hosts)('pieces of days sent again by %s', (_, host) => {
  test.for([
    ['two weeks, moved by three hours', loop(12)],
    ['two weeks, moved by seven hours and a quarter', loop(-29)],
    [
      'one day, moved by another hour every day',
      (slot: number) => {
        const day = Math.floor(slot / 96)
        return 20 * 96 + ((slot + 4 * Math.floor(24 * noise(5, day))) % 96)
      },
    ],
    [
      'nights from six to six of five days before, the days between being real',
      (slot: number) => (slot % 96 >= 24 && slot % 96 < 72 ? slot - 96 * (5 + 5 * Math.floor((slot / 96 - FROM) / 5)) : slot),
    ],
  ] as const)('%s', ([, source]) => {
    const alerts = tell({ days: DAYS, homes: [replaying(host, source), ...neighbours] })
    const tampered = alerts.filter(({ route }) => route === 'tampered')
    expect(tampered.map(({ subject }) => subject.id)).toEqual(['U0'])
    expect(tampered[0].reasons[0].detector).toBe('tamper-replay')
    expect(tampered[0].reasons[0].sentence.en).toMatch(/came back/)
    expect(tampered[0].clearedAt).toBeNull()
  })
})

describe('what is no replay', () => {
  const innocents: Record<string, Load> = {
    'a telecom tower': (_day, hour, slot) => 2_400 + 40 * Math.round(2 * noise(1, slot)) + (hour >= 0 && hour < 6 ? 400 : 0),
    'street lights': (_day, hour) => (hour >= 7 && hour < 18 ? 3_000 : 0),
    'a vacant home': () => 0,
    'a heat pump that defrosts by the clock': (_day, hour) => 800 + 100 * Math.round(hour % 3) + (hour % 6 < 0.5 ? 2_000 : 0),
    'a machine that swings in periods of its own': (_day, _hour, slot) => 2_000 + 900 * Math.sin((2 * Math.PI * slot) / 29),
    'a cold store that cycles': (_day, _hour, slot) => (slot % 5 < 2 ? 4_000 + 20 * Math.round(3 * noise(3, slot)) : 300),
    'a home on a coarse register': (day, hour, slot) => 40 * Math.round((household(7)(day, hour, slot) ?? 0) / 40),
    'a workshop on a coarse register': (day, hour, slot) => 400 * Math.round((workshop(7)(day, hour, slot) ?? 0) / 400),
  }

  test.each(Object.entries(innocents))('%s', (_, load) => {
    const alerts = tell({ days: 90, homes: [load, ...neighbours] })
    expect(alerts.filter(({ route }) => route === 'tampered')).toEqual([])
  })

  test('sixty homes and shops over four months', () => {
    const homes = Array.from({ length: 60 }, (_, row) => (row % 4 === 0 ? workshop(row) : household(row)))
    expect(tell({ days: 120, homes }).filter(({ route }) => route === 'tampered')).toEqual([])
  })

  test('nights that the head end estimated by earlier ones and said so', () => {
    const source = (slot: number) => (slot % 96 >= 24 && slot % 96 < 72 ? slot - 7 * 96 : slot)
    const comms: Story['comms'] = (readings, day, hour) =>
      readings.map((one) =>
        one.row === 0 && day >= FROM && hour >= 6 && hour < 18 ? { ...one, quality: ReadingQuality.estimatedReferenceDay } : one,
      )
    const homes = [replaying(household(0), source), ...neighbours]
    expect(tell({ days: DAYS, homes, comms }).filter(({ route }) => route === 'tampered')).toEqual([])
  })
})

test('hours of few levels, with holes or estimates have no print, and what is shared decides whether two days have the same', () => {
  const marks = new Uint8Array(96).fill(3 << 5)
  const varied = Uint16Array.from({ length: 96 }, (_, slot) => (1_000 + 7 * ((slot * 37) % 96)) << 4)
  const print = loadPrint(varied, marks)
  expect(print).toBeGreaterThan(0)
  expect(loadPrint(varied, new Uint8Array(96))).toBe(0)
  expect(
    loadPrint(
      varied.map((code, slot) => (slot % 8 === 0 ? 0 : code)),
      marks,
    ),
  ).toBe(0)
  expect(
    loadPrint(
      varied.map((_, slot) => (1_000 + (slot % 8)) << 4),
      marks,
    ),
  ).toBe(0)
  // reactive power is not part of it
  expect(
    loadPrint(
      varied.map((code, slot) => code | (slot % 16)),
      marks,
    ),
  ).toBe(print)
})
