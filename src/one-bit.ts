/**
 * Finds the bit that flipped under a checksum of SQLite's write-ahead log. The sum is linear: a change of one word moves it by a
 * known multiple, so every bit can be asked for at once (https://www.sqlite.org/fileformat2.html#checksum_algorithm).
 */

/** Two sums over words of 32 bits, both modulo 2^32. */
export type Sum = readonly [first: number, second: number]

/** `littleEndian`: how the log's words lie. The bytes are a multiple of eight. */
export function sumOf([first, second]: Sum, bytes: DataView, littleEndian: boolean): Sum {
  let [a, b] = [first, second]
  for (let at = 0; at < bytes.byteLength; at += 8) {
    a = (a + bytes.getUint32(at, littleEndian) + b) | 0
    b = (b + bytes.getUint32(at + 4, littleEndian) + a) | 0
  }
  return [a >>> 0, b >>> 0]
}

/** One bit of a stretch of bytes: `mask` within the byte at `at`. */
export interface Bit {
  readonly at: number
  readonly mask: number
}

/**
 * The bits whose flip leads from the sum that was found to the one that was written. The lower ones are told apart in a page; of
 * the upper third there are several that fit.
 */
export function bitsBetween(found: Sum, written: Sum, bytes: DataView, littleEndian: boolean): Bit[] {
  const wanted = [(written[0] - found[0]) | 0, (written[1] - found[1]) | 0]
  const bits: Bit[] = []
  // what one more in the first and in the second word of a pair adds to both sums at the end
  let first = [1, 1]
  let second = [0, 1]
  for (let at = bytes.byteLength - 8; at >= 0; at -= 8) {
    for (const [effect, place] of [[first, at] as const, [second, at + 4] as const]) {
      const word = bytes.getUint32(place, littleEndian)
      for (let bit = 0; bit < 32; bit++) {
        const power = 1 << bit
        const change = (word & power) === 0 ? power : -power | 0
        if (Math.imul(effect[0], change) !== wanted[0] || Math.imul(effect[1], change) !== wanted[1]) continue
        bits.push({ at: place + (littleEndian ? bit >> 3 : 3 - (bit >> 3)), mask: 1 << (bit & 7) })
      }
    }
    first = [(first[0] + first[1]) | 0, (first[0] + 2 * first[1]) | 0]
    second = [(second[0] + second[1]) | 0, (second[0] + 2 * second[1]) | 0]
  }
  return bits
}

/** The bit in which two stretches of bytes differ, when it is exactly one. */
export function onlyBitBetween(one: Uint8Array, other: Uint8Array): Bit | undefined {
  let bit: Bit | undefined
  for (let at = 0; at < one.length; at++) {
    const mask = one[at] ^ other[at]
    if (mask === 0) continue
    if (bit !== undefined || (mask & (mask - 1)) !== 0) return undefined
    bit = { at, mask }
  }
  return bit
}
