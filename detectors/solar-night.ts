/**
 * Night by the sun at the place, not by the clock: all of China keeps Beijing time, and at 98.6° E winter darkness lasts
 * until eight in the morning. Declination and equation of time after Spencer (1971), error below a minute; the sun is
 * down below −0.83° (refraction and its radius).
 */
import { type DayClock, SLOT_SECONDS, SLOTS } from './day-clock.ts'

export interface Night {
  /** First slot that is wholly dark and the slot after the last one, of a noon-to-noon day; equal when it never gets dark. */
  readonly from: number
  readonly to: number
}

const RADIANS = Math.PI / 180
const HORIZON = -0.833 * RADIANS

/** `day` counts noon-to-noon days of `clock`; degrees WGS84. */
export function nightOf(clock: DayClock, day: number, latitude: number, longitude: number): Night {
  const midnightUtc = day * 86_400 + 43_200 - clock.shift
  const yearAngle = (2 * Math.PI * (((midnightUtc / 86_400) % 365.2425) - 0.5)) / 365.2425
  const declination =
    0.006918 -
    0.399912 * Math.cos(yearAngle) +
    0.070257 * Math.sin(yearAngle) -
    0.006758 * Math.cos(2 * yearAngle) +
    0.000907 * Math.sin(2 * yearAngle)
  const equationMinutes =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(yearAngle) -
      0.032077 * Math.sin(yearAngle) -
      0.014615 * Math.cos(2 * yearAngle) -
      0.040849 * Math.sin(2 * yearAngle))
  const phi = latitude * RADIANS
  const cosHourAngle = (Math.sin(HORIZON) - Math.sin(phi) * Math.sin(declination)) / (Math.cos(phi) * Math.cos(declination))
  if (cosHourAngle <= -1) return { from: 0, to: 0 }
  if (cosHourAngle >= 1) return { from: 0, to: SLOTS }
  const daylightSeconds = (2 * Math.acos(cosHourAngle) * 43_200) / Math.PI
  // solar noon of this day in seconds after the day's start (clock noon)
  const utcOffset = clock.shift + 43_200
  const solarNoon = utcOffset - longitude * 240 - equationMinutes * 60
  const sunset = solarNoon + daylightSeconds / 2
  const sunrise = solarNoon + 86_400 - daylightSeconds / 2
  const from = Math.min(SLOTS, Math.max(0, Math.ceil(sunset / SLOT_SECONDS)))
  return { from, to: Math.max(from, Math.min(SLOTS, Math.floor(sunrise / SLOT_SECONDS))) }
}

/** The slot nearest to solar midnight. */
export function midnightSlot(clock: DayClock, longitude: number): number {
  const slot = Math.round((clock.shift + 43_200 - longitude * 240 + 43_200) / SLOT_SECONDS)
  return Math.min(SLOTS - 16, Math.max(16, slot))
}
