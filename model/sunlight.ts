/**
 * Night by the sun at a place, not by the clock: all of China runs on UTC+8, and in the far west the winter sun rises after
 * eight. Source: NOAA solar calculator (Meeus, Astronomical Algorithms, ch. 25), good to about two minutes below 60°.
 */
const DAY = 86_400
const RADIANS = Math.PI / 180
/** Centre of the sun at the horizon with refraction and half its width. */
const HORIZON_DEGREES = -0.833

export interface Night {
  /** UTC seconds of sunset and of the next sunrise. */
  readonly from: number
  readonly to: number
}

/** The nights that touch [from, to), UTC seconds, at WGS84 degrees; in polar summer none, in polar winter one a day that fills it. */
export function nightsBetween(from: number, to: number, latitude: number, longitude: number): Night[] {
  const nights: Night[] = []
  const firstNoon = Math.floor(from / DAY) * DAY + DAY / 2 - (longitude / 360) * DAY - 2 * DAY
  for (let noon = firstNoon; noon < to + DAY; noon += DAY) {
    const today = daylight(noon, latitude, longitude)
    const tomorrow = daylight(noon + DAY, latitude, longitude)
    const night = { from: today.sunset, to: tomorrow.sunrise }
    // A minute of rounding is no night.
    if (night.to - night.from > 60 && night.to > from && night.from < to) nights.push(night)
  }
  return nights
}

/** Sunrise and sunset in UTC seconds of the day whose solar noon is near `noon`. */
export function daylight(noon: number, latitude: number, longitude: number): { sunrise: number; sunset: number } {
  const { declination, equationOfTimeSeconds } = sunAt(noon)
  const day = Math.round((noon + (longitude / 360) * DAY - DAY / 2) / DAY) * DAY
  const solarNoon = day + DAY / 2 - (longitude / 360) * DAY - equationOfTimeSeconds
  const phi = latitude * RADIANS
  const cosine =
    (Math.sin(HORIZON_DEGREES * RADIANS) - Math.sin(phi) * Math.sin(declination)) / (Math.cos(phi) * Math.cos(declination))
  const half = (Math.acos(Math.max(-1, Math.min(1, cosine))) / (2 * Math.PI)) * DAY
  return { sunrise: solarNoon - half, sunset: solarNoon + half }
}

function sunAt(seconds: number): { declination: number; equationOfTimeSeconds: number } {
  const century = (seconds / DAY - 10_957.5) / 36_525
  const meanLongitude = 280.46646 + century * 36_000.76983
  const anomaly = (357.52911 + century * 35_999.05029) * RADIANS
  const eccentricity = 0.016708634 - century * 0.000042037
  const centre =
    Math.sin(anomaly) * (1.914602 - century * 0.004817) + Math.sin(2 * anomaly) * 0.019993 + Math.sin(3 * anomaly) * 0.000289
  const node = (125.04 - 1934.136 * century) * RADIANS
  const apparent = (meanLongitude + centre - 0.00569 - 0.00478 * Math.sin(node)) * RADIANS
  const obliquity = (23.439291 - 0.0130042 * century + 0.00256 * Math.cos(node)) * RADIANS
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(apparent))
  const y = Math.tan(obliquity / 2) ** 2
  const longitude = meanLongitude * RADIANS
  const equation =
    y * Math.sin(2 * longitude) -
    2 * eccentricity * Math.sin(anomaly) +
    4 * eccentricity * y * Math.sin(anomaly) * Math.cos(2 * longitude) -
    0.5 * y * y * Math.sin(4 * longitude) -
    1.25 * eccentricity * eccentricity * Math.sin(2 * anomaly)
  return { declination, equationOfTimeSeconds: (equation / (2 * Math.PI)) * DAY }
}
