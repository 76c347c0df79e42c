/**
 * What a browser carries while its user is at the issuer. State, nonce and PKCE verifier are made of a random number in its
 * cookie with a key of the installation: an answer counts in the browser that asked for it, and nothing is kept for those who
 * never come back.
 */
import { randomBytes } from 'node:crypto'
import { ownPath } from '../../model/own-path.ts'
import { isSeal, seal } from './seal.ts'

const TRIP_MS = 10 * 60_000
const VOUCHED_MS = 5 * 60_000

export interface Trip {
  readonly random: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** The page that was wanted. */
  readonly to: string
}

export function newTrip(secret: Uint8Array, to: string, now: number): { readonly trip: Trip; readonly cookie: string } {
  const random = randomBytes(32).toString('base64url')
  const path = ownPath(to)
  return { trip: tripOf(secret, random, path), cookie: sealed(secret, 'trip', [random, path], now) }
}

/** Undefined for what is none of ours, or is over. */
export function openTrip(secret: Uint8Array, cookie: string, now: number): Trip | undefined {
  const [random, to] = opened(secret, 'trip', cookie, now - TRIP_MS) ?? []
  return random === undefined || to === undefined ? undefined : tripOf(secret, random, to)
}

/** That the issuer vouched for somebody just now, and their code is still wanted. */
export function vouchedCookie(secret: Uint8Array, name: string, now: number): string {
  return sealed(secret, 'vouched', [name], now)
}

export function openVouched(secret: Uint8Array, cookie: string, now: number): string | undefined {
  return opened(secret, 'vouched', cookie, now - VOUCHED_MS)?.[0]
}

function tripOf(secret: Uint8Array, random: string, to: string): Trip {
  const made = (what: string) => seal(secret, `oidc ${what} ${random}`)
  return { random, to, state: made('state'), nonce: made('nonce'), verifier: made('verifier') }
}

function sealed(secret: Uint8Array, what: string, texts: readonly string[], now: number): string {
  const plain = [String(now), ...texts.map((text) => Buffer.from(text).toString('base64url'))].join('.')
  return `${plain}.${seal(secret, `oidc ${what} ${plain}`)}`
}

function opened(secret: Uint8Array, what: string, cookie: string, since: number): readonly string[] | undefined {
  const end = cookie.lastIndexOf('.')
  const plain = cookie.slice(0, Math.max(0, end))
  if (!isSeal(secret, `oidc ${what} ${plain}`, cookie.slice(end + 1))) return undefined
  const [at, ...texts] = plain.split('.')
  return Number(at) < since ? undefined : texts.map((text) => Buffer.from(text, 'base64url').toString())
}
