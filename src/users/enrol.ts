import { randomBytes } from 'node:crypto'
import { BoundCounties, type Counties } from '../../model/counties.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Role } from '../../model/role.ts'
import { LoginBrake } from './login-brake.ts'
import { keyUri } from './one-time-code.ts'
import { hashPassword } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'
import { groupsOf, newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import { newUserName } from './user-name.ts'
import type { Identity, User, UserRecords } from './user-records.ts'

export interface NewUser {
  readonly name: string
  readonly role: Role
  readonly counties: Counties
  readonly secondFactor: boolean
  /** null: one is made, unless an issuer vouches for them. */
  readonly password: string | null
  readonly identity?: Identity | null
}

/** What is shown once and kept nowhere. */
export interface Enrolled {
  readonly name: string
  /** Empty for whom an issuer vouches for. */
  readonly password: string
  /** For an authenticator app; null without a second factor. */
  readonly secondFactor: string | null
  readonly recoveryCodes: readonly string[]
}

/** Throws Refusal when the name is taken or none, or the password is not fit. An admin has a second factor, asked for or not. */
export async function addUser(records: UserRecords, user: NewUser, now: number): Promise<Enrolled> {
  const name = await freeName(records, user.name)
  const taken = user.identity && (await records.findIdentity(user.identity.key))
  if (taken)
    throw new Refusal('identity-exists', `The issuer's ${user.identity?.key.split(' ')[2]} is the user ${taken.name} already.`)
  return enrol(records, { ...user, name, counties: user.counties && BoundCounties.parse(user.counties) }, now)
}

/** As it will be kept; throws Refusal when it is taken, or cannot name a user. */
export async function freeName(records: UserRecords, typed: string): Promise<string> {
  const name = newUserName(typed)
  if (!(await records.find(name))) return name
  throw new Refusal('user-exists', `There is a user ${name} already: "adit user reset ${name}" gives a new password.`)
}

/** A new password and, where there was one, a new second factor; sessions are over, and a disabled account is enabled. */
export async function resetUser(records: UserRecords, typed: string, password: string | null, now: number): Promise<Enrolled> {
  const user = await knownUser(records, typed)
  return enrol(records, { ...user, password, secondFactor: user.totp !== null }, now)
}

/** Throws Refusal when there is none. */
export async function knownUser(records: UserRecords, typed: string): Promise<User> {
  const user = await records.find(newUserName(typed))
  if (!user) throw new Refusal('user', `There is no user ${typed}; "adit user list" shows all.`)
  return user
}

async function enrol(records: UserRecords, { name, role, counties, ...user }: NewUser, now: number): Promise<Enrolled> {
  const { identity = null } = user
  const password = identity ? '' : (user.password ?? groupsOf(randomBytes(10)))
  if (!identity) checkPassword(password, name)
  const totp = user.secondFactor || role === 'admin' ? randomBytes(20) : null
  const recoveryCodes = totp === null ? [] : newRecoveryCodes()
  const hash = identity ? '' : await hashPassword(password)
  const kept = { name, role, counties, password: hash, totp, createdAt: now, disabledAt: null, identity }
  await records.put(kept, recoveryCodes.map(recoveryHash))
  await new LoginBrake(records).release(name)
  return { name, password, secondFactor: totp && keyUri(name, totp), recoveryCodes }
}
