import { expect, test } from 'vitest'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { isOnWrongArea } from '../../detectors/stray-meters.ts'
import type { Alert } from '../../model/alert.ts'
import type { Ledger } from '../../model/ledger.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import { batchOf, CLOCK, CUSTOMER, FIRST_NOON, MINE, type Reading } from './county.ts'
import type { Load } from './play.ts'
import { household, workshop } from './tampering.ts'

/**
 * Two areas of one feeder, five customers each: rows 0–4 booked on T1 and 5–9 on T2, then the areas' own meters. Row 0 is
 * booked on T1 and fed by T2.
 */
function twoAreas(rightBooks = false): Ledger {
  const point = (row: number, area: string, role: 'customer' | 'area-total') => ({
    ...CUSTOMER,
    ...{ usagePoint: `U${row}`, meter: `0102${row}`, area, role, latitude: 24.505 + row / 10_000, longitude: 98.505 },
  })
  const customers = Array.from({ length: 10 }, (_, row) =>
    point(row, row < 5 && !(rightBooks && row === 0) ? 'T1' : 'T2', 'customer'),
  )
  const area = (name: string) => ({
    ...{ area: name, feeder: 'F1', county: '示范县', latitude: 24.505, longitude: 98.505, datum: 'WGS84' as const },
    ...{ capacityKva: 200, radiusMeters: 400, name: null },
  })
  return buildLedger(
    [...customers, point(10, 'T1', 'area-total'), point(11, 'T2', 'area-total')],
    [area('T1'), area('T2')],
    [MINE],
    [],
  )
}

const homes = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(household)
const still: Load = () => 0

interface Play {
  readonly stray: Load
  readonly days: number
  readonly tapOfT1?: Load
  /** What the meter of row 0 shows of its load. */
  readonly shown?: (watts: number, day: number) => number
  readonly fedBy?: (day: number) => 'T1' | 'T2'
  readonly each?: (bank: DetectorBank, day: number) => void
}

function play(bank: DetectorBank, { stray, days, tapOfT1 = still, shown = (w) => w, fedBy = () => 'T2', each }: Play): Alert[] {
  for (let slot = 0; slot < days * 96; slot++) {
    const day = Math.floor(slot / 96)
    const hour = (slot % 96) / 4
    const at = (load: Load) => load(day, hour, slot) ?? 0
    const own = homes.map(at)
    const strayW = at(stray)
    const sum = (watts: readonly number[]) => watts.reduce((total, value) => total + value, 0)
    const supplyT1 = sum(own.slice(0, 4)) + at(tapOfT1) + (fedBy(day) === 'T1' ? strayW : 0)
    const supplyT2 = sum(own.slice(4)) + (fedBy(day) === 'T2' ? strayW : 0)
    const watts = [shown(strayW, day), ...own, supplyT1, supplyT2]
    const readings = watts.map((value, row): Reading => {
      return { row, start: FIRST_NOON + slot * 900, energyWh: value / 4, quality: ReadingQuality.valid }
    })
    bank.take(batchOf(readings))
    bank.judge()
    each?.(bank, day)
  }
  return bank.alerts().filter(({ subject }) => subject.kind === 'area')
}

const bank = (ledger = twoAreas()) => new DetectorBank(DetectorsConfig.parse({}), CLOCK, ledger)
const shop = workshop(0)
const from =
  (first: number, load: Load): Load =>
  (day, hour, slot) =>
    day >= first ? load(day, hour, slot) : 0
const until =
  (last: number, load: Load): Load =>
  (day, hour, slot) =>
    day < last ? load(day, hour, slot) : 0

test('a meter on the books of one area and fed by another is found within a week, and none of its neighbours is', () => {
  const county = bank()
  play(county, { stray: shop, days: 8 })
  expect(county.areas.strays.all().map(({ row, area }) => ({ row, area }))).toEqual([{ row: 0, area: 0 }])
  expect(county.areas.strays.all().every(isOnWrongArea)).toBe(true)
})

test('that it stops raises the remainder of the area that has it on its books, and accuses nobody', () => {
  expect(play(bank(), { stray: until(16, shop), days: 24 })).toEqual([])
})

test('one that draws the same day and night, which no slope tells, stops: what was less than nothing comes to nothing', () => {
  expect(play(bank(), { stray: until(16, () => 5_000), days: 24 })).toEqual([])
})

test('a small tap is found in the area that has it on its books, whose remainder is less than nothing by what it draws', () => {
  const found = play(bank(), { stray: shop, days: 24, tapOfT1: from(16, () => 3_300) }).filter(
    ({ clearedAt }) => clearedAt === null,
  )
  expect(found.map(({ subject, route }) => ({ id: subject.id, route }))).toContainEqual({ id: 'T1', route: 'tapped' })
})

test('a tap in the area that has it on its books is found while it comes and goes', () => {
  const tapOfT1 = from(16, () => 6_000)
  const found = play(bank(), { stray: shop, days: 22, tapOfT1 }).filter(({ clearedAt }) => clearedAt === null)
  expect(found.map(({ subject, route }) => ({ id: subject.id, route }))).toContainEqual({ id: 'T1', route: 'tapped' })
})

test('a load that begins behind it is missing at one area and left over at the other: the other is told why', () => {
  const grown: Load = (day, hour, slot) => (shop(day, hour, slot) ?? 0) * (day >= 16 ? 3 : 1)
  const standing = play(bank(), { stray: grown, days: 28 }).filter(({ clearedAt }) => clearedAt === null)
  expect(standing).toEqual([])
})

test('once the books are set right nothing jumps', () => {
  const county = bank()
  const right = twoAreas(true)
  const each = (of: DetectorBank, day: number) => {
    if (day === 16 && of.known.ledger !== right) of.swapLedger(right)
  }
  const alerts = play(county, { stray: shop, days: 26, each })
  expect(alerts.filter(({ subject }) => subject.id === 'T1')).toEqual([])
})

test('a member that comes to count ten times too much is no stray, and its mending no surplus', () => {
  const county = bank()
  const shown = (watts: number, day: number) => (day >= 14 && day < 30 ? 10 * watts : watts)
  expect(play(county, { stray: shop, shown, fedBy: () => 'T1', days: 40 })).toEqual([])
  expect(county.areas.strays.all()).toEqual([])
})

test.each([2, 3, 5, 10])('a member that counted %i times too much ever since, and is set right, leaves no surplus', (times) => {
  const county = bank()
  const shown = (watts: number, day: number) => (day < 16 ? times * watts : watts)
  expect(play(county, { stray: shop, shown, fedBy: () => 'T1', days: 34 })).toEqual([])
  expect(county.areas.strays.all().filter(({ mended }) => !mended)).toEqual([])
})

test('a meter that is connected to the area it was booked on leaves no surplus there, and is in doubt no longer', () => {
  const county = bank()
  const alerts = play(county, { stray: shop, fedBy: (day) => (day < 16 ? 'T2' : 'T1'), days: 34 })
  expect(alerts.filter(({ subject }) => subject.id === 'T1')).toEqual([])
  expect(county.areas.strays.all().filter(({ mended }) => !mended)).toEqual([])
})

test('a shop that rests when the unmetered load works is no stray meter', () => {
  const night: Load = (_day, hour) => (hour >= 10 && hour < 18 ? 5_000 : 0)
  const byDay: Load = (_day, hour, slot) => (hour >= 10 && hour < 18 ? 300 : 4_000 + 400 * Math.sin(slot * 2.399))
  const county = bank()
  play(county, { stray: byDay, fedBy: () => 'T1', tapOfT1: night, days: 14 })
  expect(county.areas.strays.all()).toEqual([])
})

test('what is known of stray meters comes back with a snapshot', () => {
  const before = bank()
  play(before, { stray: shop, days: 9 })
  const parts = before.snapshot()
  const after = bank()
  after.restore((name) => {
    const part = parts.get(name)
    return part === undefined ? undefined : bytesOf(part)
  })
  expect(after.areas.strays.all()).toEqual(before.areas.strays.all())
  expect([...after.areas.strays.points.nearProduct]).toEqual([...before.areas.strays.points.nearProduct])
})
