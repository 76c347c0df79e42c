/** Rounded to three places: as exact as anything that is stated. */
export function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
