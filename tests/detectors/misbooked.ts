/**
 * Three areas beside one mine: Z1 has meter U4 on its books, Z2 feeds it, Z3 lies beside both. Each has five customers and
 * a meter of its own, rows in order of the areas.
 */
import type { Ledger } from '../../model/ledger.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import { CUSTOMER, FIRST_NOON, hamlet, type Reading } from './county.ts'
import type { Load } from './play.ts'
import { household, noise } from './tampering.ts'

const HOMES = 5
export const PER_AREA = HOMES + 1
export const STRAY = 4
export const BOOKED = 0
export const FEEDING = 1
export const BESIDE = 2

/** `strayArea`: on whose books the stray meter is. */
export function misbookedLedger(strayArea = 'Z1', apartDegrees = 0.004, feeders: readonly string[] = ['F1', 'F1', 'F1']): Ledger {
  const areaOf = (row: number) => Math.floor(row / PER_AREA)
  const points = Array.from({ length: 3 * PER_AREA }, (_, row) => ({
    ...CUSTOMER,
    usagePoint: `U${row}`,
    meter: `0102${row}`,
    area: row === STRAY ? strayArea : `Z${areaOf(row) + 1}`,
    latitude: 24.505 + areaOf(row) * apartDegrees + row / 100_000,
    longitude: 98.505,
    role: row % PER_AREA === HOMES ? ('area-total' as const) : ('customer' as const),
  }))
  const areas = feeders.map((feeder, area) => ({
    area: `Z${area + 1}`,
    feeder,
    county: area === 2 ? '邻县' : '示范县',
    latitude: 24.505 + area * apartDegrees,
    longitude: 98.505,
    datum: 'WGS84' as const,
    capacityKva: 200,
    radiusMeters: 200,
    name: null,
  }))
  return buildLedger(points, areas, hamlet(1).mines, [])
}

/** Works on some days and not on others. */
export const joinery: Load = (day, hour, slot) => {
  const works = noise(91, day) > 0.4 && (hour < 5 || hour >= 20)
  return 300 + 200 * noise(92, slot) + (works ? 4_000 + 2_500 * noise(93, slot) : 0)
}

/** Quarter-hours; the stray meter counts `times` of what it draws and `feeding` supplies it. */
export function* misbookedQuarters(
  days: number,
  {
    feeding = FEEDING,
    times = 1,
    load = joinery,
    from = 0,
  }: { feeding?: number; times?: number; load?: Load; from?: number } = {},
): Iterable<Reading[]> {
  for (let slot = from * 96; slot < days * 96; slot++) {
    const day = Math.floor(slot / 96)
    const hour = (slot % 96) / 4
    const start = FIRST_NOON + slot * 900
    const supplies = [150, 150, 150]
    const readings: Reading[] = []
    for (let row = 0; row < 3 * PER_AREA; row++) {
      const area = Math.floor(row / PER_AREA)
      const isTotal = row % PER_AREA === HOMES
      if (isTotal) continue
      const watts = (row === STRAY ? load : household(row))(day, hour, slot) ?? 0
      supplies[row === STRAY ? feeding : area] += 1.02 * watts
      readings.push({ row, start, energyWh: ((row === STRAY ? times : 1) * watts) / 4, quality: 0 })
    }
    supplies.forEach((watts, area) => {
      readings.push({ row: area * PER_AREA + HOMES, start, energyWh: watts / 4, quality: 0 })
    })
    yield readings
  }
}
