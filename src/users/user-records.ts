/**
 * What is kept of people: accounts, sessions, tries. Passwords, session tokens and recovery codes as hashes only. Instants are
 * epoch milliseconds. Everything is on disk when a promise resolves.
 */
import type { Counties } from '../../model/counties.ts'
import type { Role } from '../../model/role.ts'

export interface User {
  readonly name: string
  readonly role: Role
  readonly counties: Counties
  /** In the PHC string format. */
  readonly password: string
  /** Secret of the second factor, null without one. */
  readonly totp: Uint8Array | null
  readonly createdAt: number
  readonly disabledAt: number | null
  /** Whom an issuer vouches for has this in the place of a password, which is empty. */
  readonly identity: Identity | null
}

export interface Identity {
  /** Issuer, claim and value: one person of one issuer. */
  readonly key: string
  /** Role and counties were given here, or follow what the issuer says at each sign-in. */
  readonly rights: 'given' | 'mapped'
}

export interface SessionRecord {
  readonly user: User
  readonly openedAt: number
  readonly seenAt: number
}

export interface UserRecords {
  /** Random bytes made with the file, for what is derived from them. */
  readonly secret: Uint8Array
  any(): Promise<boolean>
  list(): Promise<readonly User[]>
  find(name: string): Promise<User | undefined>
  /** By the key of their identity. */
  findIdentity(key: string): Promise<User | undefined>
  /** In the place of who had the name; their sessions and recovery codes are gone, `recovery` are the hashes of the new ones. */
  put(user: User, recovery: readonly Uint8Array[]): Promise<void>
  /** Holds for open sessions too. */
  setRights(name: string, role: Role, counties: Counties): Promise<void>
  /** In the place of `before`, as it is kept; all their sessions but `session` are over. False when it was another by then. */
  setPassword(name: string, before: string, password: string, session: Uint8Array): Promise<boolean>
  /** Their sessions are over. False when there is no such user, or they are disabled already. */
  disable(name: string, at: number): Promise<boolean>
  /** True when no code of this step or a later one was taken before: a code counts once (RFC 6238 §5.2). */
  takeStep(name: string, step: number): Promise<boolean>
  /** True when the code was there; it is gone now. */
  takeRecovery(name: string, hash: Uint8Array): Promise<boolean>

  openSession(hash: Uint8Array, name: string, at: number): Promise<void>
  findSession(hash: Uint8Array): Promise<SessionRecord | undefined>
  seeSession(hash: Uint8Array, at: number): Promise<void>
  closeSession(hash: Uint8Array): Promise<void>
  closeSessionsOf(name: string): Promise<void>
  /** Sessions that were opened before, or not seen since. */
  closeSessions(openedBefore: number, seenBefore: number): Promise<void>

  /** Counts one more try under a key, anew when they began at or before `since`: how many there are, and when they began. */
  countTry(key: string, at: number, since: number): Promise<Tries>
  takeBackTry(key: string): Promise<void>
  forgetTries(key: string): Promise<void>
  close(): Promise<void>
}

export interface Tries {
  readonly tries: number
  readonly beganAt: number
}
