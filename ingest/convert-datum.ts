/**
 * GCJ02 and BD09 to WGS84. Chinese maps shift positions by up to 700 m by a published formula (GCJ02; BD09 shifts again);
 * a mine ledger drawn on such a map lies in the wrong valley. The formula only goes forward, so the way back is found
 * by fixed-point iteration: the shift changes by less than 1 % over its own length, four rounds end well below a millimetre.
 */
import type { Datum } from '../model/datum.ts'

export interface Position {
  readonly latitude: number
  readonly longitude: number
}

const ROUNDS = 4
/** Krasovsky 1940, which the formula uses whatever the datum. */
const SEMI_MAJOR = 6_378_245
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
const BD_TURN = (Math.PI * 3000) / 180

/** The position in WGS84 degrees. CGCS2000 is taken as WGS84: they differ by less than a metre. */
export function toWgs84(latitude: number, longitude: number, datum: Datum): Position {
  if (datum === 'WGS84' || datum === 'CGCS2000') return { latitude, longitude }
  const gcj02 = datum === 'BD09' ? inverse({ latitude, longitude }, gcj02ToBd09) : { latitude, longitude }
  return inverse(gcj02, wgs84ToGcj02)
}

/** The other way, for showing a position on a map of the datum and for finding a wrongly named datum. */
export function fromWgs84(position: Position, datum: Datum): Position {
  if (datum === 'WGS84' || datum === 'CGCS2000') return position
  const gcj02 = wgs84ToGcj02(position)
  return datum === 'GCJ02' ? gcj02 : gcj02ToBd09(gcj02)
}

function inverse(target: Position, forward: (position: Position) => Position): Position {
  let { latitude, longitude } = target
  for (let round = 0; round < ROUNDS; round++) {
    const there = forward({ latitude, longitude })
    latitude += target.latitude - there.latitude
    longitude += target.longitude - there.longitude
  }
  return { latitude, longitude }
}

function wgs84ToGcj02({ latitude, longitude }: Position): Position {
  if (!isShifted(latitude, longitude)) return { latitude, longitude }
  const x = longitude - 105
  const y = latitude - 35
  const radians = (latitude * Math.PI) / 180
  const root = Math.sqrt(Math.abs(x))
  const common = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3)
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common + waves(y, 20, 40, 3) + deepWaves(y, 160, 320, 12, 30)
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common + waves(x, 20, 40, 3) + deepWaves(x, 150, 300, 12, 30)
  const flattening = 1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2
  const meridian = (SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED)) / (flattening * Math.sqrt(flattening))
  const parallel = (SEMI_MAJOR / Math.sqrt(flattening)) * Math.cos(radians)
  return {
    latitude: latitude + (north * 180) / (meridian * Math.PI),
    longitude: longitude + (east * 180) / (parallel * Math.PI),
  }
}

function waves(along: number, first: number, second: number, period: number): number {
  return (first * Math.sin(along * Math.PI) + second * Math.sin((along / period) * Math.PI)) * (2 / 3)
}

function deepWaves(along: number, first: number, second: number, period: number, longPeriod: number): number {
  return (first * Math.sin((along / period) * Math.PI) + second * Math.sin((along * Math.PI) / longPeriod)) * (2 / 3)
}

function gcj02ToBd09({ latitude, longitude }: Position): Position {
  const length = Math.sqrt(longitude ** 2 + latitude ** 2) + 0.000_02 * Math.sin(latitude * BD_TURN)
  const angle = Math.atan2(latitude, longitude) + 0.000_003 * Math.cos(longitude * BD_TURN)
  return { latitude: length * Math.sin(angle) + 0.006, longitude: length * Math.cos(angle) + 0.0065 }
}

/** Outside of this box the maps are not shifted. */
function isShifted(latitude: number, longitude: number): boolean {
  return longitude >= 72.004 && longitude <= 137.8347 && latitude >= 0.8293 && latitude <= 55.8271
}
