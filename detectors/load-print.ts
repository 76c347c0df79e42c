/**
 * Load print: sixteen bits of the three hours of a day that a hash picks, wherever they lie. Two days that share hours of
 * readings, at the same time or moved by hours, share the print as often as the pick falls into what they share: always
 * when a day comes back whole, three times in four when it is moved by three hours, once in four when a night of twelve
 * hours comes back between days of their own. (Broder, On the resemblance and containment of documents, 1997: min-wise
 * hashing of shingles.) Days that have nothing in common share it once in 65,536. Hours of few levels have no print.
 */
import { SLOTS } from './day-clock.ts'

/** Slots of a shingle: three hours. */
const WINDOW = 12
/** Different levels that they must have: real hours of so many do not come back, lamps and standby do. */
const LEVELS = 9
const BASE = 0x01000193
const LEADING = power(BASE, WINDOW)

/** 1–65,535; 0 when no three hours of a day are whole, measured and varied. `codes` of 96 slots, `marks` as in the interval window. */
export function loadPrint(codes: Uint16Array, marks: Uint8Array): number {
  let hash = 0
  let run = 0
  let least = 0x1_0000_0000
  let print = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    if (codes[slot] === 0 || marks[slot] >>> 5 === 0) {
      hash = 0
      run = 0
      continue
    }
    hash = (Math.imul(hash, BASE) + (codes[slot] >>> 4)) | 0
    if (run >= WINDOW) hash = (hash - Math.imul(codes[slot - WINDOW] >>> 4, LEADING)) | 0
    if (++run < WINDOW) continue
    const mixed = mix(hash)
    if (mixed >= least || levelsOf(codes, slot) < LEVELS) continue
    least = mixed
    // of the least hash the high bits are small: taken from another mix
    print = (mix(mixed ^ 0x5bd1e995) % 65_535) + 1
  }
  return print
}

function levelsOf(codes: Uint16Array, last: number): number {
  let levels = 0
  for (let slot = last - WINDOW + 1; slot <= last; slot++) {
    let earlier = last - WINDOW + 1
    while (codes[earlier] >>> 4 !== codes[slot] >>> 4) earlier++
    if (earlier === slot) levels++
  }
  return levels
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function power(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base)
  return result
}
