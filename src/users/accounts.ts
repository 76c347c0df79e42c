/**
 * Signing in and staying so. Whoever tries learns only that it was wrong: an unknown name, a wrong password, a wrong code and
 * a disabled account give the same answer after the same work.
 */
import { createHash, randomBytes } from 'node:crypto'
import { Refusal } from '../../model/refusal.ts'
import type { PasswordChange, PasswordOutcome, Session, SignInAttempt, SignInOutcome } from '../../model/session.ts'
import { LoginBrake } from './login-brake.ts'
import { stepOfCode } from './one-time-code.ts'
import { hashPassword, isPassword } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'
import { recoveryHash } from './recovery-codes.ts'
import { isSeal, seal } from './seal.ts'
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
    return await this.#unlessFull(() => this.#tryOnce(attempt))
  }

  /** Whom an issuer vouched for shows a code of their second factor; a wrong one counts as any other try. */
  async signInByCode({ name, code, address, device, now }: Omit<SignInAttempt, 'password'>): Promise<SignInOutcome> {
    const turn = await this.#brake.take(name, this.#ownDevice(device, name), address, now)
    if (!('wasRight' in turn)) return { outcome: 'paused', seconds: turn.seconds }
    const user = await this.#records.find(name)
    if (!user?.identity || user.totp === null || user.disabledAt !== null || !(await this.#isSecondFactor(user, code, now))) {
      return { outcome: 'refused', account: user ? name : null }
    }
    await turn.wasRight()
    return await this.open(user, device, now)
  }

  /** A session of somebody who has shown who they are. */
  async open(user: User, device: string, now: number): Promise<Extract<SignInOutcome, { outcome: 'signed-in' }>> {
    await this.#records.closeSessions(now - LONGEST_MS, now - IDLE_MS)
    const token = randomBytes(32).toString('base64url')
    await this.#records.openSession(hashOf(token), user.name, now)
    return {
      outcome: 'signed-in',
      token,
      device: this.#ownDevice(device, user.name) === undefined ? this.#newDevice(user.name) : device,
      session: this.#sessionOf(user, token, now),
    }
  }

  /** Throws Refusal when the new password is not fit, before anything of the old one is looked at. */
  async changePassword(change: PasswordChange): Promise<PasswordOutcome> {
    checkPassword(change.newPassword, change.name)
    if (change.newPassword === change.password)
      throw new Refusal('password-same', 'The new password is the old one; use another.')
    return await this.#unlessFull(() => this.#changeOnce(change))
  }

  async #tryOnce({ name: typed, password, code, address, device, now }: SignInAttempt): Promise<SignInOutcome> {
    const name = userName(typed)
    const turn = await this.#brake.take(name, this.#ownDevice(device, name), address, now)
    if (!('wasRight' in turn)) return { outcome: 'paused', seconds: turn.seconds }

    const user = await this.#records.find(name)
    const isTheirs = await this.#inTurn(() => isPassword(password, user?.password ?? ''))
    if (!user || !isTheirs || user.disabledAt !== null || !(await this.#isSecondFactor(user, code, now))) {
      return { outcome: 'refused', account: user ? name : null }
    }
    await turn.wasRight()
    return await this.open(user, device, now)
  }

  async #changeOnce(change: PasswordChange): Promise<PasswordOutcome> {
    const { name, password, newPassword, code, address, device, now, token } = change
    const turn = await this.#brake.take(name, this.#ownDevice(device, name), address, now)
    if (!('wasRight' in turn)) return { outcome: 'paused', seconds: turn.seconds }

    const user = await this.#records.find(name)
    const isTheirs = await this.#inTurn(() => isPassword(password, user?.password ?? ''))
    if (!user || !isTheirs || user.disabledAt !== null || !(await this.#isSecondFactor(user, code, now)))
      return { outcome: 'refused' }
    await turn.wasRight()
    const hash = await this.#inTurn(() => hashPassword(newPassword))
    const done = await this.#records.setPassword(name, user.password, hash, hashOf(token))
    return { outcome: done ? 'changed' : 'refused' }
  }

  async #unlessFull<T>(work: () => Promise<T>): Promise<T | { outcome: 'paused'; seconds: number }> {
    if (this.#waiting >= MOST_WAITING) return { outcome: 'paused', seconds: 5 }
    this.#waiting++
    try {
      return await work()
    } finally {
      this.#waiting--
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

  #sessionOf({ name, role, counties, identity }: User, token: string, openedAt: number): Session {
    const csrf = seal(this.#records.secret, `csrf ${token}`)
    return { name, role, counties, hasPassword: identity === null, until: openedAt + LONGEST_MS, csrf }
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
    return `${device}.${seal(this.#records.secret, `device ${device}`)}`
  }

  #ownDevice(cookie: string, name: string): string | undefined {
    const known = this.#deviceIn(cookie)
    return known?.name === name ? known.device : undefined
  }

  #deviceIn(cookie: string): { readonly name: string; readonly device: string } | undefined {
    const [name, random, given = ''] = cookie.split('.')
    const device = `${name}.${random}`
    if (!isSeal(this.#records.secret, `device ${device}`, given)) return undefined
    return { name: Buffer.from(name, 'base64url').toString(), device }
  }
}

/** A token is 256 random bits: there is nothing to guess that a slow hash would protect. */
function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
