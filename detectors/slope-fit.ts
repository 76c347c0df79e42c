/** Slopes of one power over another by least squares, and of the changes of one day's over another's. */
import { SLOTS } from './day-clock.ts'

/** A slope and its standard error. */
export interface Fit {
  readonly slope: number
  readonly error: number
}

/**
 * From sums over pairs with `count` degrees of freedom: of products, of squares of the one, and of squares of the other. A fit
 * that leaves next to nothing is not trusted beyond a hundredth of what there was.
 */
export function fitOf(product: number, square: number, total: number, count: number): Fit {
  const slope = product / square
  const left = Math.max(0.01 * total, total - slope * product)
  return { slope, error: Math.sqrt(left / Math.max(1, count) / square) }
}

/** Changes over `lag` slots of which both ends are known. */
export function countOf(watts: Float64Array, lag: number): number {
  let count = 0
  for (let slot = lag; slot < SLOTS; slot++) if (!Number.isNaN(watts[slot] - watts[slot - lag])) count++
  return count
}

/** Sum of their squares. */
export function squareOf(watts: Float64Array, lag: number): number {
  let sum = 0
  for (let slot = lag; slot < SLOTS; slot++) {
    const change = watts[slot] - watts[slot - lag]
    if (!Number.isNaN(change)) sum += change * change
  }
  return sum
}

/** Of the changes over `lag` slots that both know: products, squares of `own`, squares of `rest`, and how many there are. */
export function sumsOf(own: Float64Array, rest: Float64Array, lag: number) {
  let product = 0
  let square = 0
  let total = 0
  let count = 0
  for (let slot = lag; slot < SLOTS; slot++) {
    const change = own[slot] - own[slot - lag]
    const other = rest[slot] - rest[slot - lag]
    if (Number.isNaN(change * other)) continue
    product += change * other
    square += change * change
    total += other * other
    count++
  }
  return { product, square, total, count }
}
