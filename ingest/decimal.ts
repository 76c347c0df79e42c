const POWER_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/**
 * The decimal number in bytes [from, to), NaN when it is not one. Exact: up to 15 digits the quotient of two
 * exactly held numbers is the nearest double; longer ones and exponents go through `Number`.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  let negative = false
  const first = bytes[at]
  if (first === 0x2d || first === 0x2b) {
    negative = first === 0x2d
    at++
  }
  let mantissa = 0
  let digits = 0
  let fraction = 0
  let inFraction = false
  for (; at < to; at++) {
    const digit = bytes[at] - 0x30
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digits++
      if (inFraction) fraction++
    } else if (digit === -2 && !inFraction) inFraction = true
    else return parseLong(bytes, from, to)
  }
  if (digits === 0) return Number.NaN
  if (digits > 15) return parseLong(bytes, from, to)
  const value = fraction === 0 ? mantissa : mantissa / POWER_OF_TEN[fraction]
  return negative ? -value : value
}

/** Whole number of at most nine digits in [from, to), -1 when it is not one. */
export function parseWhole(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 9) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = bytes[at] - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/

function parseLong(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 64) return Number.NaN
  const text = asciiText(bytes, from, to)
  return DECIMAL.test(text) ? Number(text) : Number.NaN
}

/** The bytes [from, to) as text, one character a byte. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at])
  return text
}
