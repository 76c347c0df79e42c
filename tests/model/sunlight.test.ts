import { describe, expect, test } from 'vitest'
import { daylight, nightsBetween } from '../../model/sunlight.ts'

const DEHONG = { latitude: 24.4, longitude: 98.6 }
const local = (seconds: number) => new Date((seconds + 8 * 3600) * 1000).toISOString().slice(11, 16)
const noonOf = (date: string) => Date.parse(`${date}T13:30:00+08:00`) / 1000

describe('the sun over the far west of a country on one clock', () => {
  test('rises after eight in December and sets after eight in June', () => {
    const winter = daylight(noonOf('2026-12-21'), DEHONG.latitude, DEHONG.longitude)
    expect([local(winter.sunrise), local(winter.sunset)]).toEqual(['08:04', '18:42'])
    const summer = daylight(noonOf('2026-06-21'), DEHONG.latitude, DEHONG.longitude)
    expect([local(summer.sunrise), local(summer.sunset)]).toEqual(['06:37', '20:16'])
  })

  test('agrees with the almanac at Greenwich at the equinox within two minutes', () => {
    const { sunrise, sunset } = daylight(Date.parse('2026-03-20T12:00:00Z') / 1000, 51.48, 0)
    expect(Math.abs(sunrise - Date.parse('2026-03-20T06:03:00Z') / 1000)).toBeLessThan(120)
    expect(Math.abs(sunset - Date.parse('2026-03-20T18:13:00Z') / 1000)).toBeLessThan(120)
  })

  test('a night begins before midnight and ends after it, one for each day of the window', () => {
    const from = Date.parse('2026-04-01T00:00:00+08:00') / 1000
    const nights = nightsBetween(from, from + 3 * 86_400, DEHONG.latitude, DEHONG.longitude)
    expect(nights).toHaveLength(4)
    for (const night of nights) {
      expect(night.to - night.from).toBeGreaterThan(11 * 3600)
      expect(local(night.from) > '19:00' && local(night.to) < '07:30').toBe(true)
    }
  })

  test('there is no night in the polar summer', () => {
    const from = Date.parse('2026-06-20T00:00:00Z') / 1000
    expect(nightsBetween(from, from + 2 * 86_400, 78, 15)).toEqual([])
  })
})
