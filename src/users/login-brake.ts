/**
 * Slows guessing down without giving anybody the means to keep somebody else out. Tries are counted for each account and each
 * address for a quarter of an hour from the first wrong one; tries meanwhile do not prolong it. A browser in which the user
 * signed in before has a count of its own (OWASP, "device cookies"): whoever uses up the account's tries from elsewhere, for as
 * long as they like, does not stop it.
 */
import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { UserRecords } from './user-records.ts'

const WINDOW_MS = 15 * 60_000
const TRIES_OF_ACCOUNT = 5
/** More, because an office has one address, and its people mistype on the same morning. */
const TRIES_OF_ADDRESS = 20

export class LoginBrake {
  readonly #records: UserRecords

  constructor(records: UserRecords) {
    this.#records = records
  }

  /** Counts a try before it is looked at, so that many at once are not one; how long to wait, or the way to tell that it was right. */
  async take(
    name: string,
    device: string | undefined,
    address: string,
    now: number,
  ): Promise<{ readonly seconds: number } | { readonly seconds: 0; readonly wasRight: () => Promise<void> }> {
    const own = this.#key(device === undefined ? `account ${name}` : `device ${device}`)
    const place = device === undefined ? this.#key(`address ${networkOf(address)}`) : undefined
    if (place !== undefined) {
      const seconds = await this.#count(place, TRIES_OF_ADDRESS, now)
      if (seconds > 0) return { seconds }
    }
    const seconds = await this.#count(own, TRIES_OF_ACCOUNT, now)
    if (seconds > 0) {
      if (place !== undefined) await this.#records.takeBackTry(place)
      return { seconds }
    }
    const wasRight = async () => {
      await this.#records.forgetTries(own)
      if (place !== undefined) await this.#records.takeBackTry(place)
    }
    return { seconds: 0, wasRight }
  }

  /** Tries of an account that is made anew. */
  async release(name: string): Promise<void> {
    await this.#records.forgetTries(this.#key(`account ${name}`))
  }

  /** Seconds to wait, 0 when there is a try left. */
  async #count(key: string, most: number, now: number): Promise<number> {
    const { tries, beganAt } = await this.#records.countTry(key, now, now - WINDOW_MS)
    return tries > most ? Math.max(1, Math.ceil((beganAt + WINDOW_MS - now) / 1000)) : 0
  }

  /** Not as it was typed: a password typed as the name must not be on disk. */
  #key(text: string): string {
    return createHmac('sha256', this.#records.secret).update(`try ${text}`).digest('base64url')
  }
}

/** One customer of IPv6 has at least 64 bits to choose from (RFC 6177). */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)
  if (mapped) return mapped[1]
  const [head, tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  return [...groups, ...Array<string>(missing).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':')
}
