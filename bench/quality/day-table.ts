/** Daily sums per subject, as the office would have them: what the naive rules look at. */
import { distanceMeters } from '../../fixtures/simulator/county.ts'
import type { World } from '../../fixtures/simulator/world.ts'

export interface DayRows {
  readonly id: string
  readonly kind: 'usage-point' | 'area'
  /** Metres to the nearest mine. */
  readonly mineMeters: number
  readonly dead: boolean
  /** Per day; NaN when less than 90 % of the day is there. */
  readonly kwh: Float64Array
  readonly nightKwh: Float64Array
  readonly dayKwh: Float64Array
  readonly maxKw: Float64Array
  readonly powerFactor: Float64Array
}

export interface AreaLoss {
  readonly id: string
  readonly mineMeters: number
  /** Supply less metered energy as a share of supply, per day; NaN when not judgeable. */
  readonly share: Float64Array
}

export interface DayTable {
  readonly days: number
  readonly rows: readonly DayRows[]
  readonly losses: readonly AreaLoss[]
  /** ISO time of the end of a day. */
  dayEnd(day: number): string
}

export function makeDayTable(world: World): DayTable {
  const { days, seconds } = world.options
  const perDay = 86_400 / seconds
  const rows: DayRows[] = []
  const supply = new Map<number, Float64Array>()
  const metered = new Map<number, Float64Array>()
  const nearest = (latitude: number, longitude: number): number =>
    Math.min(...world.mines.map((mine) => distanceMeters(latitude, longitude, mine.latitude, mine.longitude)))
  for (const { point, area, columns } of world.meters) {
    const sums = sumDays(columns.energyWh, columns.reactiveVarh, days, perDay, seconds)
    if (!point) {
      supply.set(area, sums.kwh)
      continue
    }
    addInto(metered, point.ledgerArea, sums.kwh, days)
    const place = point.located ? point : world.areas[point.ledgerArea]
    rows.push({
      id: point.usagePoint,
      kind: 'usage-point',
      mineMeters: place ? nearest(place.latitude, place.longitude) : Number.NaN,
      dead: point.status !== 'active',
      ...sums,
    })
  }
  const losses = world.areas.map((area, row): AreaLoss => {
    const share = new Float64Array(days).fill(Number.NaN)
    const total = supply.get(row)
    const sum = metered.get(row)
    if (total && sum) for (let day = 0; day < days; day++) share[day] = (total[day] - sum[day]) / total[day]
    return { id: area.area, mineMeters: area.mineMeters, share }
  })
  const start = world.scene.calendar.startUtc
  return { days, rows, losses, dayEnd: (day) => `${new Date((start + (day + 1) * 86_400) * 1000).toISOString().slice(0, 19)}Z` }
}

function addInto(sums: Map<number, Float64Array>, area: number, kwh: Float64Array, days: number): void {
  const sum = sums.get(area) ?? new Float64Array(days)
  for (let day = 0; day < days; day++) sum[day] += kwh[day]
  sums.set(area, sum)
}

function sumDays(energyWh: Float32Array, reactiveVarh: Float32Array, days: number, perDay: number, seconds: number) {
  const kwh = new Float64Array(days)
  const nightKwh = new Float64Array(days)
  const dayKwh = new Float64Array(days)
  const maxKw = new Float64Array(days)
  const powerFactor = new Float64Array(days)
  for (let day = 0; day < days; day++) {
    let seen = 0
    let reactive = 0
    for (let slot = 0; slot < perDay; slot++) {
      const wh = energyWh[day * perDay + slot]
      if (Number.isNaN(wh)) continue
      seen++
      const hour = (slot * 24) / perDay
      kwh[day] += wh / 1000
      reactive += reactiveVarh[day * perDay + slot] / 1000
      if (hour < 6 || hour >= 22) nightKwh[day] += wh / 1000
      else if (hour >= 8 && hour < 18) dayKwh[day] += wh / 1000
      maxKw[day] = Math.max(maxKw[day], (wh * 3.6) / seconds)
    }
    if (seen < 0.9 * perDay) kwh[day] = nightKwh[day] = dayKwh[day] = Number.NaN
    else {
      powerFactor[day] = kwh[day] / Math.max(1e-9, Math.hypot(kwh[day], reactive))
      // A few holes are no saving.
      kwh[day] *= perDay / seen
    }
  }
  return { kwh, nightKwh, dayKwh, maxKw, powerFactor }
}
