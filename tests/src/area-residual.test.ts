import { expect, test } from 'vitest'
import { dayClock } from '../../detectors/day-clock.ts'
import { type Asked, areaResidual } from '../../src/area-residual.ts'
import type { LoadProfile } from '../../src/stores/reading-store.ts'

const clock = dayClock('Asia/Shanghai')
const FROM = Date.UTC(2026, 10, 1, 4) / 1000
const DAYS = 6
const SLOTS = DAYS * 96
const ASKED: Asked = { from: FROM, to: FROM + SLOTS * 900, before: null, steadiestW: 220 }

/** A load profile of `watts(slot)`; NaN leaves the quarter-hour out. */
function profile(watts: (slot: number) => number): LoadProfile {
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => !Number.isNaN(watts(slot)))
  return {
    start: Uint32Array.from(slots, (slot) => FROM + slot * 900),
    seconds: new Uint32Array(slots.length).fill(900),
    energyWh: Float64Array.from(slots, (slot) => watts(slot) / 4),
    reactiveVarh: new Float64Array(slots.length).fill(Number.NaN),
    quality: new Uint8Array(slots.length),
    revisions: new Uint8Array(slots.length).fill(1),
  }
}

const home = (slot: number) => 800 + 700 * Math.sin((slot / 96) * 2 * Math.PI)
const shop = (slot: number) => (slot % 96 < 40 ? 3000 : 500)

const TAPPED = FROM + 4 * 86_400

test.each([
  ['by the square of the load, as they were before it began', TAPPED, 30, (watts: number) => watts + 1e-5 * watts ** 2],
  ['by a share of it, as they were before it began', TAPPED, 30, (watts: number) => watts * 1.04],
  ['by a share of it, as they are over all days', null, 50, (watts: number) => watts * 1.04],
])(
  'a pump tapped past the meters is what remains of the area, the line losses taken out: %s',
  (_how, before, mostWh, supplied) => {
    const tapped = (slot: number) => (slot >= 4 * 96 ? 7500 : 0)
    const supply = profile((slot) => supplied(home(slot) + shop(slot) + tapped(slot)))
    const members = [home, shop].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
    const { start, energyWh } = areaResidual(clock, [supply], members, { ...ASKED, before }).profile
    expect(start.length).toBe(SLOTS)
    const quiet = energyWh.subarray(0, 4 * 96).map(Math.abs)
    expect(Math.max(...quiet)).toBeLessThan(mostWh)
    const during = energyWh.subarray(4 * 96)
    expect(Math.min(...during)).toBeGreaterThan(0.9 * (7500 / 4))
    expect(Math.max(...during)).toBeLessThan(1.1 * (7500 / 4))
  },
)

test('a quarter-hour in which a meter stays silent for long is left out, never taken as unmetered', () => {
  const silent = (slot: number) => (slot >= 200 && slot < 240 ? Number.NaN : shop(slot))
  const supply = profile((slot) => home(slot) + shop(slot))
  const members = [home, silent].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { start } = areaResidual(clock, [supply], members, ASKED).profile
  const slots = new Set(Array.from(start, (at) => (at - FROM) / 900))
  expect(slots.size).toBe(SLOTS - 40)
  expect(slots.has(220)).toBe(false)
})

test('an area with two transformers has no residual on a day on which one of their meters is missing', () => {
  const half = profile((slot) => (home(slot) + shop(slot)) / 2)
  const away = profile((slot) => (slot >= 2 * 96 && slot < 3 * 96 ? Number.NaN : (home(slot) + shop(slot)) / 2))
  const members = [home, shop].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { start } = areaResidual(clock, [half, away], members, ASKED).profile
  expect(start.length).toBe(SLOTS - 96)
})

test('an area without a meter of its transformer has no residual', () => {
  const members = [{ profile: profile(home), mayBeSilent: false }]
  expect(areaResidual(clock, [], members, ASKED).profile.start.length).toBe(0)
})

const ONSET = FROM + 5 * 86_400
const pumpAfter = (slot: number) => (FROM + slot * 900 >= ONSET ? 7500 : 0)
const restless = (slot: number) => 400 * Math.sin(slot * 1.3)

function balanced(supply: (slot: number) => number, asked: Partial<Asked> = {}) {
  const members = [home, shop].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  return areaResidual(clock, [profile(supply)], members, { ...ASKED, before: ONSET, ...asked })
}

test('the band of the balance holds the days before the onset and not the pump after it', () => {
  const supply = (slot: number) => 1.04 * (home(slot) + shop(slot)) + pumpAfter(slot) + restless(slot)
  const { profile: found, expected } = balanced(supply)
  const out = (row: number) =>
    found.energyWh[row] * 4 > (expected?.highW[row] ?? 0) || found.energyWh[row] * 4 < (expected?.lowW[row] ?? 0)
  const rows = Array.from(found.start, (start, row) => ({ start, row }))
  const before = rows.filter(({ start }) => start < ONSET)
  expect(before.filter(({ row }) => out(row)).length).toBeLessThan(0.1 * before.length)
  expect(rows.filter(({ start, row }) => start >= ONSET && !out(row))).toEqual([])
})

test('a restless remainder has a wide band, a steady one that of the detectors’ own least', () => {
  const widthOf = (noise: (slot: number) => number) => {
    const { expected } = balanced((slot) => 1.04 * (home(slot) + shop(slot)) + noise(slot))
    return (expected?.highW[40] ?? 0) - (expected?.lowW[40] ?? 0)
  }
  expect(Math.abs(widthOf(() => 0) - 4 * 220)).toBeLessThan(60)
  expect(widthOf(restless)).toBeGreaterThan(1_200)
})

test('without an onset, or with three days before it, there is no band', () => {
  const supply = (slot: number) => 1.04 * (home(slot) + shop(slot))
  expect(balanced(supply, { before: null }).expected).toBeNull()
  expect(balanced(supply, { before: FROM + 3 * 86_400 }).expected).toBeNull()
})

test('under a supply far above what the loss was learnt at, the band grows upwards: the loss may be the smaller one', () => {
  const mill = (slot: number) => (FROM + slot * 900 >= ONSET ? 30_000 : 0)
  const withMill = (slot: number) => home(slot) + shop(slot) + mill(slot)
  const members = [withMill, () => 0].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { expected } = areaResidual(clock, [profile((slot) => 1.04 * withMill(slot))], members, { ...ASKED, before: ONSET })
  const [highBefore, highAfter] = [4 * 96 + 20, 5 * 96 + 20].map((row) => expected?.highW[row] ?? 0)
  const [lowBefore, lowAfter] = [4 * 96 + 20, 5 * 96 + 20].map((row) => expected?.lowW[row] ?? 0)
  expect(highAfter).toBeGreaterThan(highBefore + 500)
  expect(lowAfter).toBe(lowBefore)
})
