import { expect, test } from 'vitest'
import { dayClock } from '../../detectors/day-clock.ts'
import { areaResidual } from '../../src/area-residual.ts'
import type { LoadProfile } from '../../src/stores/reading-store.ts'

const clock = dayClock('Asia/Shanghai')
const FROM = Date.UTC(2026, 10, 1, 4) / 1000
const DAYS = 6
const SLOTS = DAYS * 96

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

test('a pump tapped past the meters is what remains of the area, the line losses taken out', () => {
  const tapped = (slot: number) => (slot >= 4 * 96 ? 7500 : 0)
  const supply = profile((slot) => (home(slot) + shop(slot) + tapped(slot)) * 1.04)
  const members = [home, shop].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { start, energyWh } = areaResidual(clock, [supply], members, FROM, FROM + SLOTS * 900)
  expect(start.length).toBe(SLOTS)
  const before = energyWh.subarray(0, 4 * 96).map(Math.abs)
  expect(Math.max(...before)).toBeLessThan(30)
  const during = energyWh.subarray(4 * 96)
  expect(Math.min(...during)).toBeGreaterThan(0.9 * (7500 / 4))
  expect(Math.max(...during)).toBeLessThan(1.1 * (7500 / 4))
})

test('a quarter-hour in which a meter stays silent for long is left out, never taken as unmetered', () => {
  const silent = (slot: number) => (slot >= 200 && slot < 240 ? Number.NaN : shop(slot))
  const supply = profile((slot) => home(slot) + shop(slot))
  const members = [home, silent].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { start } = areaResidual(clock, [supply], members, FROM, FROM + SLOTS * 900)
  const slots = new Set(Array.from(start, (at) => (at - FROM) / 900))
  expect(slots.size).toBe(SLOTS - 40)
  expect(slots.has(220)).toBe(false)
})

test('an area with two transformers has no residual on a day on which one of their meters is missing', () => {
  const half = profile((slot) => (home(slot) + shop(slot)) / 2)
  const away = profile((slot) => (slot >= 2 * 96 && slot < 3 * 96 ? Number.NaN : (home(slot) + shop(slot)) / 2))
  const members = [home, shop].map((watts) => ({ profile: profile(watts), mayBeSilent: false }))
  const { start } = areaResidual(clock, [half, away], members, FROM, FROM + SLOTS * 900)
  expect(start.length).toBe(SLOTS - 96)
})

test('an area without a meter of its transformer has no residual', () => {
  const members = [{ profile: profile(home), mayBeSilent: false }]
  expect(areaResidual(clock, [], members, FROM, FROM + SLOTS * 900).start.length).toBe(0)
})
