/** Returned instead of UTC seconds when a text is no instant. */
export const TIME_SYNTAX = -1
export const TIME_NO_SUCH_DATE = -2
export const TIME_AMBIGUOUS = -3
export const TIME_SKIPPED = -4

const DAY = 86_400
const CACHED_DAYS = 20_000

/**
 * Wall-clock time of a zone (IANA name) to UTC and back, from the runtime's own table, never from the machine's zone.
 * A wall-clock time that comes twice (clocks go back) is ambiguous, one that never comes (clocks go forward) is
 * skipped: both are told to the caller, who decides; nothing is guessed here.
 */
export class TimeZone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  /** Offset in seconds of a local day without a change of clocks, NaN for one with. */
  readonly #offsetOfDay = new Map<number, number>()
  #lastDay = -1
  #lastOffset = Number.NaN

  /** Throws RangeError for a zone that the runtime does not know. */
  constructor(name: string) {
    this.name = name
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  /**
   * UTC seconds of the wall-clock time `local` (seconds since 1970-01-01T00:00:00 on that wall), TIME_AMBIGUOUS or
   * TIME_SKIPPED. With `pass` 'first' or 'second' an ambiguous time is taken as its earlier or later instant.
   */
  toUtc(local: number, pass: 'refuse' | 'first' | 'second' = 'refuse'): number {
    const day = Math.floor(local / DAY)
    const offset = day === this.#lastDay ? this.#lastOffset : this.#dayOffset(day)
    if (!Number.isNaN(offset)) return local - offset
    return this.#toUtcOnChange(local, pass)
  }

  /** Seconds that the zone is ahead of UTC at the instant `utc` (UTC seconds). */
  offsetAt(utc: number): number {
    let year = 0
    let month = 0
    let day = 0
    let seconds = 0
    for (const { type, value } of this.#format.formatToParts(utc * 1000)) {
      if (type === 'year') year = Number(value)
      else if (type === 'month') month = Number(value)
      else if (type === 'day') day = Number(value)
      else if (type === 'hour') seconds += Number(value) * 3600
      else if (type === 'minute') seconds += Number(value) * 60
      else if (type === 'second') seconds += Number(value)
    }
    return Date.UTC(year, month - 1, day) / 1000 + seconds - utc
  }

  #dayOffset(day: number): number {
    let offset = this.#offsetOfDay.get(day)
    if (offset === undefined) {
      const before = this.offsetAt(day * DAY - DAY)
      const after = this.offsetAt(day * DAY + 2 * DAY)
      offset = before === after ? before : Number.NaN
      if (this.#offsetOfDay.size >= CACHED_DAYS) this.#offsetOfDay.clear()
      this.#offsetOfDay.set(day, offset)
    }
    this.#lastDay = day
    this.#lastOffset = offset
    return offset
  }

  #toUtcOnChange(local: number, pass: 'refuse' | 'first' | 'second'): number {
    const before = this.offsetAt(local - 2 * DAY)
    const after = this.offsetAt(local + 2 * DAY)
    const first = local - Math.max(before, after)
    const second = local - Math.min(before, after)
    const firstIs = first + this.offsetAt(first) === local
    const secondIs = second + this.offsetAt(second) === local
    if (firstIs && secondIs && first !== second) {
      if (pass === 'refuse') return TIME_AMBIGUOUS
      return pass === 'first' ? first : second
    }
    if (firstIs) return first
    return secondIs ? second : TIME_SKIPPED
  }
}
