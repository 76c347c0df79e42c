import { z } from 'zod'
import type { Datum } from '../model/datum.ts'
import { Latitude, Longitude } from '../model/field.ts'
import { toWgs84 } from './convert-datum.ts'

/** The box, WGS84 degrees, that all ledgers of an installation lie in. */
export const Territory = z
  .strictObject({ south: Latitude, west: Longitude, north: Latitude, east: Longitude })
  .refine((box) => box.south < box.north && box.west < box.east, 'south must be below north and west left of east')
export type Territory = z.infer<typeof Territory>

/** Why a position is refused: `cause` is the likely mistake. */
export interface Outside {
  readonly reason: string
  readonly remedy: string
}

/**
 * The position in WGS84, or why it cannot be one: outside of the territory, with the mistake that, undone, would bring it
 * inside. Without a territory only what no position can be is refused.
 */
export function locate(
  latitude: number,
  longitude: number,
  datum: Datum,
  territory: Territory | null,
): { readonly latitude: number; readonly longitude: number } | Outside {
  const possible = isPossible(latitude, longitude)
  if (possible) {
    const position = toWgs84(latitude, longitude, datum)
    if (territory === null || contains(territory, position.latitude, position.longitude)) return position
  }
  const place = `latitude ${latitude}, longitude ${longitude}`
  const where = possible ? 'lies outside the territory' : 'is no position on Earth'
  return {
    reason: `${place} ${where}${causeOf(latitude, longitude, datum, territory)}`,
    remedy: remedyOf(latitude, longitude, datum, territory),
  }
}

interface Mistake {
  readonly cause: string
  readonly remedy: string
  readonly latitude: number
  readonly longitude: number
}

function causeOf(latitude: number, longitude: number, datum: Datum, territory: Territory | null): string {
  const mistake = likelyMistake(latitude, longitude, datum, territory)
  return mistake ? `; likely cause: ${mistake.cause}` : ''
}

function remedyOf(latitude: number, longitude: number, datum: Datum, territory: Territory | null): string {
  const mistake = likelyMistake(latitude, longitude, datum, territory)
  return mistake?.remedy ?? 'correct the position, or widen the territory in the configuration'
}

/** The first mistake that, undone, gives a position inside. */
function likelyMistake(latitude: number, longitude: number, datum: Datum, territory: Territory | null): Mistake | undefined {
  return mistakes(latitude, longitude, datum).find(
    (mistake) =>
      isPossible(mistake.latitude, mistake.longitude) &&
      (territory === null || contains(territory, mistake.latitude, mistake.longitude)),
  )
}

function mistakes(latitude: number, longitude: number, datum: Datum): readonly Mistake[] {
  const at = (cause: string, remedy: string, lat: number, lon: number): Mistake => ({
    cause,
    remedy,
    latitude: lat,
    longitude: lon,
  })
  const asDatum = (other: Datum): Mistake[] => {
    if (other === datum || !isPossible(latitude, longitude)) return []
    const position = toWgs84(latitude, longitude, other)
    return [
      at(`the datum is ${other}, not ${datum}`, `write ${other} in the column datum`, position.latitude, position.longitude),
    ]
  }
  return [
    at('latitude and longitude are swapped', 'swap the two columns', longitude, latitude),
    at('the sign of the longitude is wrong', 'west is negative, east is positive', latitude, -longitude),
    at('the sign of the latitude is wrong', 'south is negative, north is positive', -latitude, longitude),
    at(
      'degrees, minutes and seconds are written as decimals (24.4530 for 24°45′30″)',
      'write decimal degrees: degrees + minutes / 60 + seconds / 3600',
      fromDegreesMinutesSeconds(latitude),
      fromDegreesMinutesSeconds(longitude),
    ),
    at(
      'degrees and decimal minutes are written together (2445.50 for 24°45.50′)',
      'write decimal degrees: degrees + minutes / 60',
      fromDegreesAndMinutes(latitude),
      fromDegreesAndMinutes(longitude),
    ),
    at('the value is in seconds of arc', 'divide by 3600', latitude / 3600, longitude / 3600),
    ...asDatum('WGS84'),
    ...asDatum('GCJ02'),
    ...asDatum('BD09'),
  ]
}

/** 24.4530 read as 24°45′30″; NaN when the digits are no minutes and seconds. */
function fromDegreesMinutesSeconds(value: number): number {
  const whole = Math.trunc(value)
  const digits = Math.round(Math.abs(value - whole) * 1e6)
  const minutes = Math.floor(digits / 1e4)
  const seconds = (digits % 1e4) / 100
  return minutes < 60 && seconds < 60 ? whole + Math.sign(value) * (minutes / 60 + seconds / 3600) : Number.NaN
}

/** 2445.50 (NMEA) read as 24°45.50′; NaN when it is none. */
function fromDegreesAndMinutes(value: number): number {
  const degrees = Math.trunc(value / 100)
  const minutes = value - degrees * 100
  return Math.abs(minutes) < 60 ? degrees + minutes / 60 : Number.NaN
}

function isPossible(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && !(latitude === 0 && longitude === 0)
}

function contains({ south, west, north, east }: Territory, latitude: number, longitude: number): boolean {
  return latitude >= south && latitude <= north && longitude >= west && longitude <= east
}
