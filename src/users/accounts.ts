/**
 * Signing in and staying so. Whoever tries learns only that it was wrong: an unknown name, a wrong password, a wrong code and
 * a disabled account give the same answer after the same work.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Session, SignInAttempt, SignInOutcome } from '../../model/session.ts'
import { LoginBrake } from './login-brake.ts'
import { stepOfCode } from './one-time-code.ts'
import { isPassword } from './password-hash.ts'
import { recoveryHash } from './recovery-codes.ts'
import { userName } from './user-name.ts'
import type { User, UserRecords } from './user-records.ts'

const IDLE_MS = 30 * 60_000
const LONGEST_MS = 12 * 3_600_000
/** A session that is used writes that it is no oftener than this. */
const SEEN_MS = 60_000
/** One hash takes 19 MiB and 50 ms of a processor: one at a time, and no endless queue of them. */
const MOST_WAITING = 40

export class Accounts {
  readonly #records: UserRecords
  readonly #brake: LoginBrake
  #hashing: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #exist: boolean | undefined

  constructor(records: UserRecords) {
    this.#records = records
    this.#brake = new LoginBrake(records)
  }

  /** While accounts cannot be looked up none can be made either: what was last known holds on. */
  async exist(): Promise<boolean> {
    if (this.#exist === true) return true
    try {
      this.#exist = await this.#records.any()
    } catch (error) {
      if (this.#exist === undefined) throw error
    }
    return this.#exist
  }

  async signIn(attempt: SignInAttempt): Promise<SignInOutcome> {
    if (this.#waiting >= MOST_WAITING) return { outcome: 'paused', seconds: 5 }
    this.#waiting++
    try {
      return await this.#tryOnce(attempt)
    } finally {
      this.#waiting--
    }
  }

  async #tryOnce({ name: typed, password, code, address, device, now }: SignInAttempt): Promise<SignInOutcome> {
    const name = userName(typed)
    const known = this.#deviceIn(device)
    const turn = await this.#brake.take(name, known?.name === name ? known.device : undefined, address, now)
    if (!('wasRight' in turn)) return { outcome: 'paused', seconds: turn.seconds }

    const user = await this.#records.find(name)
    const isTheirs = await this.#inTurn(() => isPassword(password, user?.password ?? ''))
    if (!user || !isTheirs || user.disabledAt !== null || !(await this.#isSecondFactor(user, code, now))) {
      return { outcome: 'refused', account: user ? name : null }
    }
    await turn.wasRight()
    await this.#records.closeSessions(now - LONGEST_MS, now - IDLE_MS)
    const token = randomBytes(32).toString('base64url')
    await this.#records.openSession(hashOf(token), name, now)
    return {
      outcome: 'signed-in',
      token,
      device: known?.name === name ? device : this.#newDevice(name),
      session: this.#sessionOf(user, token, now),
    }
  }

  async sessionOf(token: string, now: number, polled: boolean): Promise<Session | undefined> {
    const hash = hashOf(token)
    const found = await this.#records.findSession(hash)
    if (!found) return undefined
    const { user, openedAt, seenAt } = found
    if (now - openedAt >= LONGEST_MS || now - seenAt >= IDLE_MS || user.disabledAt !== null) {
      await this.#records.closeSession(hash)
      return undefined
    }
    if (!polled && now - seenAt >= SEEN_MS) await this.#records.seeSession(hash, now)
    return this.#sessionOf(user, token, openedAt)
  }

  async signOut(token: string): Promise<void> {
    await this.#records.closeSession(hashOf(token))
  }

  deviceOf(cookie: string): string | undefined {
    return this.#deviceIn(cookie)?.device
  }

  #sessionOf({ name, role, counties }: User, token: string, openedAt: number): Session {
    return { name, role, counties, until: openedAt + LONGEST_MS, csrf: this.#seal(`csrf ${token}`) }
  }

  /** An admin cannot do without. What is not asked for is not looked at. */
  async #isSecondFactor({ name, role, totp }: User, code: string, now: number): Promise<boolean> {
    if (totp === null) return role !== 'admin'
    const step = stepOfCode(totp, code.replaceAll(/\s/g, ''), now)
    if (step !== undefined) return this.#records.takeStep(name, step)
    return this.#records.takeRecovery(name, recoveryHash(code))
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#hashing.then(work)
    this.#hashing = turn.catch(() => {})
    return await turn
  }

  #newDevice(name: string): string {
    const device = `${Buffer.from(name).toString('base64url')}.${randomBytes(12).toString('base64url')}`
    return `${device}.${this.#seal(`device ${device}`)}`
  }

  #deviceIn(cookie: string): { readonly name: string; readonly device: string } | undefined {
    const [name, random, seal = ''] = cookie.split('.')
    const device = `${name}.${random}`
    const right = Buffer.from(this.#seal(`device ${device}`))
    if (seal.length !== right.length || !timingSafeEqual(Buffer.from(seal), right)) return undefined
    return { name: Buffer.from(name, 'base64url').toString(), device }
  }

  #seal(text: string): string {
    return createHmac('sha256', this.#records.secret).update(text).digest('base64url')
  }
}

/** A token is 256 random bits: there is nothing to guess that a slow hash would protect. */
function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
