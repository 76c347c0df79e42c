/**
 * Signing in through an issuer. It says who somebody is; what they may is what was given to their account here, or what the
 * mapping of the configuration makes of its claims, taken anew each time. Whoever has neither does not get in.
 */
import { Refusal } from '../../model/refusal.ts'
import type { SignInOutcome, SignOnAnswer, SignOnCode, SignOnOutcome, SignOnRefusal } from '../../model/session.ts'
import type { Accounts } from './accounts.ts'
import type { OidcConfig } from './oidc-config.ts'
import { type OidcIssuer, SignOnError } from './oidc-issuer.ts'
import { type Person, personOf } from './oidc-person.ts'
import { newTrip, openTrip, openVouched, type Trip, vouchedCookie } from './oidc-trip.ts'
import type { User, UserRecords } from './user-records.ts'

/** Answers that were taken are known for longer than a trip lasts: none counts twice, whatever the issuer does. */
const TAKEN_MS = 11 * 60_000

export interface SignInParts {
  readonly config: OidcConfig
  /** Ours, without a path. */
  readonly publicUrl: string
  readonly records: UserRecords
  readonly accounts: Accounts
  readonly issuer: OidcIssuer
}

export class OidcSignIn {
  readonly #parts: SignInParts
  readonly #taken = new Map<string, number>()
  #admitting: Promise<unknown> = Promise.resolve()

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  get label(): string {
    const { label, issuer } = this.#parts.config
    return label ?? new URL(issuer).host
  }

  get publicUrl(): string {
    return this.#parts.publicUrl
  }

  get trouble(): string | undefined {
    return this.#parts.issuer.trouble
  }

  async begin(to: string, now: number): Promise<{ readonly url: string; readonly trip: string } | undefined> {
    const { records, issuer } = this.#parts
    const { trip, cookie } = newTrip(records.secret, to, now)
    try {
      return { url: (await issuer.addressFor(trip)).href, trip: cookie }
    } catch (error) {
      if (error instanceof SignOnError) return undefined
      throw error
    }
  }

  async finish({ query, trip: cookie, device, now }: SignOnAnswer): Promise<SignOnOutcome> {
    const { config, records, issuer } = this.#parts
    const trip = openTrip(records.secret, cookie, now)
    if (!trip) return refused('failed', '', 'this browser did not ask, or did so too long ago', '/')
    const { to } = trip
    if (!this.#take(trip, now)) return refused('failed', '', 'the answer was taken before', to)
    try {
      const person = personOf(config, await issuer.claimsOf(query, trip))
      if (!person) return refused('failed', '', `no claim ${config.userClaim} that names somebody`, to)
      const user = await this.#inTurn(() => this.#admitted(person, now))
      if (typeof user === 'string') return refused(user, person.key, REASONS[user], to)
      return await this.#open(user, person, device, now, to)
    } catch (error) {
      if (error instanceof SignOnError) return refused(error.why, '', error.message, to)
      if (error instanceof Refusal) return refused('failed', '', error.message, to)
      throw error
    }
  }

  /** `account`: as in SignInOutcome. */
  async finishByCode({ vouched, ...attempt }: SignOnCode): Promise<SignInOutcome> {
    const name = openVouched(this.#parts.records.secret, vouched, attempt.now)
    if (name === undefined) return { outcome: 'refused', account: null }
    return await this.#parts.accounts.signInByCode({ ...attempt, name })
  }

  async #open(user: User, { key, secondFactor }: Person, device: string, now: number, to: string): Promise<SignOnOutcome> {
    const { accounts, records } = this.#parts
    if (!secondFactor && user.totp !== null) {
      return { outcome: 'code-wanted', vouched: vouchedCookie(records.secret, user.name, now), account: user.name, to }
    }
    if (!secondFactor && user.role === 'admin') return refused('second-factor', key, REASONS['second-factor'], to)
    return { ...(await accounts.open(user, device, now)), to }
  }

  /** Their account with the rights they have now, or why there is none. */
  async #admitted(person: Person, now: number): Promise<User | 'unknown' | 'disabled'> {
    const { records } = this.#parts
    const { key, grant } = person
    const user = await records.findIdentity(key)
    if (user && user.disabledAt !== null) return 'disabled'
    if (user?.identity?.rights === 'given') return user
    if (!grant) {
      // what the issuer has taken back ends elsewhere too
      if (user) await records.closeSessionsOf(user.name)
      return 'unknown'
    }
    const rights = { role: grant.role, counties: grant.counties }
    if (user) {
      await records.setRights(user.name, rights.role, rights.counties)
      return { ...user, ...rights }
    }
    const name = await this.#freeName(person)
    const identity = { key, rights: 'mapped' } as const
    const made: User = { name, ...rights, password: '', totp: null, createdAt: now, disabledAt: null, identity }
    await records.put(made, [])
    return made
  }

  async #freeName({ names }: Person): Promise<string> {
    for (const name of names) if (!(await this.#parts.records.find(name))) return name
    throw new Refusal('user-exists', `There are users ${names.join(' and ')} already: disable or rename one of them.`)
  }

  #take({ random }: Trip, now: number): boolean {
    for (const [old, at] of this.#taken) if (now - at > TAKEN_MS) this.#taken.delete(old)
    if (this.#taken.has(random)) return false
    this.#taken.set(random, now)
    return true
  }

  /** Two first answers at once are one account. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#admitting.then(work)
    this.#admitting = turn.catch(() => {})
    return await turn
  }
}

const REASONS = {
  unknown: 'the issuer knows them, and nobody here gave them a role',
  disabled: 'the account is disabled',
  'second-factor': 'an admin without a second factor that counts',
} as const

function refused(why: SignOnRefusal, who: string, reason: string, to: string): SignOnOutcome {
  return { outcome: 'refused', why, who, reason, to }
}
