import { describe, expect, test } from 'vitest'
import { levels } from '../../console/charts/curve-plot.ts'
import { dailyTotals } from '../../console/charts/daily-totals.ts'
import { expectedBand, quantile } from '../../console/charts/expected-band.ts'
import { busyHours, hourGrid } from '../../console/charts/hour-grid.ts'
import { DERIVED_RANK, powerSeries } from '../../console/charts/power-series.ts'
import { nightsBetween } from '../../model/sunlight.ts'
import { DAY, fixtureAlert, fixtureProfile, NOW } from './fixture-county.ts'

const ZONE = 'Asia/Shanghai'
const ONSET = Date.parse(fixtureAlert(0).onset) / 1000
const profile = fixtureProfile(ONSET - 60 * DAY, NOW)
const series = powerSeries({
  start: [...profile.start],
  seconds: [...profile.seconds],
  energyWh: [...profile.energyWh],
  quality: [...profile.quality],
  revisions: [...profile.revisions],
})

describe('a load curve', () => {
  test('a missing interval is a gap, a missing value too, and none is a zero', () => {
    const { watts, gaps } = powerSeries({
      start: [0, 900, 2700, 3600],
      seconds: [900, 900, 900, 900],
      energyWh: [100, null, 100, 200],
    })
    expect(watts).toEqual([400, 400, 800])
    expect(gaps).toEqual([{ from: 900, to: 2700 }])
  })

  test('a residual is derived by nature and not marked as estimated; a guess in it is', () => {
    const profile = { start: [0, 900], seconds: [900, 900], energyWh: [100, 100], quality: [11, 8] }
    expect(powerSeries(profile, DERIVED_RANK).estimated).toEqual([false, true])
    expect(powerSeries(profile).estimated).toEqual([true, true])
  })

  test('the band comes from the days before the onset and knows nothing of the mill after it', () => {
    const evening = ONSET + 2 * DAY
    const band = expectedBand(series, ONSET, [evening, evening + 12 * 3600], ZONE)
    for (const high of band?.high ?? [null]) expect(high).toBeLessThan(6_000)
    for (const [index, low] of (band?.low ?? []).entries()) expect(low).toBeLessThan(band?.high[index] ?? 0)
  })

  test('with too little before the onset there is no band rather than a guess', () => {
    expect(expectedBand(series, series.start[3] ?? 0, [NOW], ZONE)).toBeUndefined()
  })

  test('quantiles interpolate', () => {
    expect(quantile([0, 10], 0.1)).toBe(1)
    expect(quantile([7], 0.9)).toBe(7)
  })

  test('the busiest hours are those of the mill, over midnight', () => {
    expect(busyHours(hourGrid(series, NOW, 30, ZONE), ONSET)).toEqual([[22, 6]])
  })

  test('an hour without readings is null in the grid', () => {
    const grid = hourGrid(series, NOW, 30, ZONE)
    expect(grid.watts[24]?.slice(9, 16)).toEqual(Array.from({ length: 7 }, () => null))
    expect(grid.days[29]).toBe(NOW - DAY)
  })

  test('the daily table tells night from day by the sun and the hours that are missing', () => {
    const from = NOW - 7 * DAY
    const rows = dailyTotals(series, nightsBetween(from, NOW, 24.6, 98.3), from, NOW, ZONE)
    expect(rows).toHaveLength(7)
    expect(rows.map(({ missingSeconds }) => missingSeconds / 3600)).toEqual([0, 7, 0, 0, 0, 0, 0])
    for (const { nightWatts, dayWatts } of rows) expect(nightWatts ?? 0).toBeGreaterThan(4 * (dayWatts ?? 0))
  })

  test('levels of the root scale lie close together near zero', () => {
    const root = levels(0, 45_000, 'sqrt')
    expect(root[0]).toBe(0)
    expect(root[1]).toBeLessThanOrEqual(2_000)
    expect(levels(0, 45_000, 'linear')[1]).toBeGreaterThanOrEqual(10_000)
    expect(root.at(-1)).toBe(40_000)
  })
})
