/**
 * Reach: how far a load can be from its transformer or tap is a matter of its power. At 20 % voltage drop, bad but
 * workable, an aluminium line of 50 mm² carries 33 kW·km and one of 120 mm² 58 kW·km; cable goes 1.3 times the straight
 * line in mountains. Beyond that a mill needs a transformer of its own, which the utility would know of.
 */
import type { Mine } from '../model/mine.ts'

/** Load moment, kW·km, up to which a site counts as within reach. */
export const LOAD_MOMENT = 42
const DETOUR = 1.3
const EARTH_RADIUS_METERS = 6_371_008.8
const RADIANS = Math.PI / 180

export interface MineInSight {
  readonly mine: Mine
  /** Straight line between the positions on record, metres. */
  readonly distanceMeters: number
  /** The distance that is certain: less the uncertainty of both positions. */
  readonly certainMeters: number
}

/** Great-circle distance in metres (haversine), degrees WGS84. */
export function distanceMeters(latitude1: number, longitude1: number, latitude2: number, longitude2: number): number {
  const north = Math.sin(((latitude2 - latitude1) * RADIANS) / 2)
  const east = Math.sin(((longitude2 - longitude1) * RADIANS) / 2)
  const chord = north * north + Math.cos(latitude1 * RADIANS) * Math.cos(latitude2 * RADIANS) * east * east
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** Load moment needed to feed `powerW` over that distance, kW·km. */
export function momentNeeded(powerW: number, meters: number): number {
  return (powerW / 1000) * ((meters / 1000) * DETOUR)
}

/** The power that can be fed over that distance, W: the other way round. Without limit at no distance. */
export function carriedW(meters: number): number {
  return (LOAD_MOMENT / ((meters / 1000) * DETOUR)) * 1000
}

export function withinReach(powerW: number, site: MineInSight): boolean {
  return momentNeeded(powerW, site.certainMeters) <= LOAD_MOMENT
}

/** The nearest mines, at most `most`, within `horizonMeters`. */
export function minesInSight(
  mines: readonly Mine[],
  latitude: number,
  longitude: number,
  uncertaintyMeters: number,
  horizonMeters: number,
  most: number,
): MineInSight[] {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return []
  const degrees = (horizonMeters / 111_000) * 1.05
  const sites: MineInSight[] = []
  for (const mine of mines) {
    if (Math.abs(mine.latitude - latitude) > degrees) continue
    const meters = distanceMeters(latitude, longitude, mine.latitude, mine.longitude)
    if (meters > horizonMeters) continue
    sites.push({
      mine,
      distanceMeters: meters,
      certainMeters: Math.max(0, meters - uncertaintyMeters - mine.uncertaintyMeters),
    })
  }
  sites.sort((a, b) => a.distanceMeters - b.distanceMeters || (a.mine.mine < b.mine.mine ? -1 : 1))
  return sites.slice(0, most)
}
