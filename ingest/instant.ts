import { TIME_NO_SUCH_DATE, TIME_SYNTAX, type TimeZone } from './time-zone.ts'

const DAY = 86_400
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads ISO 8601 instants from bytes, `2026-11-24T01:02:03+08:00` and its usual variations: a space for the T, no
 * seconds, a fraction (dropped), `Z`, `+0800`, `+08`, or no offset, which is wall-clock time of the zone. Never goes
 * through `Date`, which takes 30 February for 2 March.
 */
export class InstantReader {
  readonly #zone: TimeZone
  #date = -1
  #dateSeconds = 0
  /** Wall-clock seconds of the last instant without an offset that was ambiguous, for a second look with `pass`. */
  local = 0

  constructor(zone: TimeZone) {
    this.#zone = zone
  }

  /** UTC seconds of the instant in bytes [from, to), or one of the negative TIME_* codes. */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (to - from < 16) return TIME_SYNTAX
    const midnight = this.readDate(bytes, from, from + 10)
    if (midnight < 0) return midnight
    const separator = bytes[from + 10]
    if ((separator !== 0x54 && separator !== 0x20 && separator !== 0x74) || bytes[from + 13] !== 0x3a) return TIME_SYNTAX
    const hour = twoDigits(bytes, from + 11)
    const minute = twoDigits(bytes, from + 14)
    let second = 0
    let at = from + 16
    if (at < to && bytes[at] === 0x3a) {
      if (at + 3 > to) return TIME_SYNTAX
      second = twoDigits(bytes, at + 1)
      at += 3
      if (at < to && (bytes[at] === 0x2e || bytes[at] === 0x2c)) {
        const point = at++
        while (at < to && isDigit(bytes[at])) at++
        if (at === point + 1) return TIME_SYNTAX
      }
    }
    if (hour < 0 || minute < 0 || second < 0) return TIME_SYNTAX
    if (hour > 23 || minute > 59 || second > 59) return TIME_NO_SUCH_DATE
    const local = midnight + hour * 3600 + minute * 60 + second
    if (at === to) return this.#fromLocal(local)
    const offset = readOffset(bytes, at, to)
    if (Number.isNaN(offset)) return TIME_SYNTAX
    return local >= offset ? local - offset : TIME_NO_SUCH_DATE
  }

  /** Seconds since 1970-01-01 of the wall-clock midnight of `YYYY-MM-DD` (or `YYYYMMDD`) in [from, to), or a negative TIME_* code. */
  readDate(bytes: Uint8Array, from: number, to: number): number {
    const dashed = to - from === 10
    if (!dashed && to - from !== 8) return TIME_SYNTAX
    if (dashed && (bytes[from + 4] !== 0x2d || bytes[from + 7] !== 0x2d)) return TIME_SYNTAX
    const century = twoDigits(bytes, from)
    const rest = twoDigits(bytes, from + 2)
    const month = twoDigits(bytes, from + (dashed ? 5 : 4))
    const day = twoDigits(bytes, from + (dashed ? 8 : 6))
    if (century < 0 || rest < 0 || month < 0 || day < 0) return TIME_SYNTAX
    const year = century * 100 + rest
    const date = (year * 100 + month) * 100 + day
    if (date === this.#date) return this.#dateSeconds
    if (year < 1970 || year > 2099 || month < 1 || month > 12 || day < 1) return TIME_NO_SUCH_DATE
    const leap = year % 4 === 0
    if (day > DAYS_OF_MONTH[month - 1] + (leap && month === 2 ? 1 : 0)) return TIME_NO_SUCH_DATE
    const past = year - 1970
    const days = past * 365 + Math.floor((past + 1) / 4) + DAYS_BEFORE_MONTH[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1
    this.#date = date
    this.#dateSeconds = days * DAY
    return this.#dateSeconds
  }

  #fromLocal(local: number): number {
    this.local = local
    return this.#zone.toUtc(local)
  }
}

/** Seconds east of UTC, NaN when it is no offset. */
function readOffset(bytes: Uint8Array, from: number, to: number): number {
  const sign = bytes[from]
  const length = to - from
  if ((sign === 0x5a || sign === 0x7a) && length === 1) return 0
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN
  let minutes = 0
  if (length === 6 && bytes[from + 3] === 0x3a) minutes = twoDigits(bytes, from + 4)
  else if (length === 5) minutes = twoDigits(bytes, from + 3)
  else if (length !== 3) return Number.NaN
  const hours = twoDigits(bytes, from + 1)
  if (hours < 0 || minutes < 0 || hours > 18 || minutes > 59) return Number.NaN
  const seconds = hours * 3600 + minutes * 60
  return sign === 0x2d ? -seconds : seconds
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 0x30
  const ones = bytes[at + 1] - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
