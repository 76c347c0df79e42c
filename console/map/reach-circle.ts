/** Geometry of the reach of a load: the same law as the judge's (detectors/reach.ts; a test holds the two together). */
const LOAD_MOMENT_KW_KM = 42
const CABLE_DETOUR = 1.3
const EARTH_RADIUS_METERS = 6_371_008.8
const RADIANS = Math.PI / 180

export interface Position {
  readonly latitude: number
  readonly longitude: number
}

/** How far in a straight line, metres, a load of `powerW` can be from its transformer or tap at low voltage. */
export function reachMeters(powerW: number): number {
  return powerW <= 0 ? 0 : ((LOAD_MOMENT_KW_KM / (powerW / 1000)) * 1000) / CABLE_DETOUR
}

/** A closed ring of [longitude, latitude] at `meters` around a position, good to a fraction of a percent below 100 km. */
export function ringAround({ latitude, longitude }: Position, meters: number, corners = 72): [number, number][] {
  const north = meters / EARTH_RADIUS_METERS / RADIANS
  const east = north / Math.max(0.01, Math.cos(latitude * RADIANS))
  return Array.from({ length: corners + 1 }, (_, corner) => {
    const angle = ((corner % corners) / corners) * 2 * Math.PI
    return [longitude + east * Math.sin(angle), latitude + north * Math.cos(angle)]
  })
}

/** Great-circle distance in metres. */
export function metersBetween(a: Position, b: Position): number {
  const north = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2)
  const east = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2)
  const chord = north ** 2 + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * east ** 2
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** [west, south, east, north] around the positions with a margin of `padMeters`. */
export function boundsOf(positions: readonly Position[], padMeters: number): [number, number, number, number] {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const { latitude, longitude } of positions) {
    west = Math.min(west, longitude)
    east = Math.max(east, longitude)
    south = Math.min(south, latitude)
    north = Math.max(north, latitude)
  }
  const up = padMeters / EARTH_RADIUS_METERS / RADIANS
  const side = up / Math.max(0.01, Math.cos(((south + north) / 2) * RADIANS))
  return [west - side, south - up, east + side, north + up]
}
