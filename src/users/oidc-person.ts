/** Who somebody is, and what they may, by the claims of an issuer. Claims are checked here; what is not as expected is nobody. */
import { createHash } from 'node:crypto'
import type { Counties } from '../../model/counties.ts'
import type { Role } from '../../model/role.ts'
import type { OidcConfig } from './oidc-config.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface Person {
  /** As in Identity. */
  readonly key: string
  /** What names an account of theirs, likeliest first. */
  readonly names: readonly string[]
  /** By the mapping, undefined for none. */
  readonly grant: { readonly role: Role; readonly counties: Counties } | undefined
  /** The issuer asked for a second factor, of a kind that counts. */
  readonly secondFactor: boolean
}

/** Undefined when the claims do not name anybody. */
export function personOf(config: OidcConfig, claims: Claims): Person | undefined {
  const user = claimIn(claims, config.userClaim)
  if (typeof user !== 'string' || user === '' || user.length > 255) return undefined
  // anybody can write somebody else's address into their profile
  if (config.userClaim === 'email' && claims.email_verified !== true) return undefined
  const mark = createHash('sha256').update(user).digest('hex').slice(0, 8)
  const [shown = 'sso'] = [claims.preferred_username, claims.email, user].flatMap(nameFrom)
  return {
    key: identityKey(config, user),
    names: [shown, `${shown.slice(0, 50)}-${mark}`],
    grant: grantOf(config, claims),
    secondFactor: isSecondFactor(config, claims),
  }
}

export function identityKey({ issuer, userClaim }: Pick<OidcConfig, 'issuer' | 'userClaim'>, user: string): string {
  return `${new URL(issuer).href} ${userClaim} ${user}`
}

/** The claims that are needed besides those every ID token has. */
export function wantedClaims({ userClaim, mapping }: OidcConfig): readonly string[] {
  return ['preferred_username', userClaim, ...(mapping ? [mapping.claim] : [])]
}

/** A claim by its name, or by the way to it: `realm_access.roles`. */
export function claimIn(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const part of name.split('.')) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined
  }
  return value
}

function grantOf({ mapping }: OidcConfig, claims: Claims): Person['grant'] {
  if (!mapping) return undefined
  const values = [claimIn(claims, mapping.claim)].flat()
  const grant = mapping.grants.find(({ value }) => values.includes(value))
  return grant && { role: grant.role, counties: grant.counties === 'all' ? null : grant.counties }
}

function isSecondFactor({ secondFactor: { acr, amr } }: OidcConfig, claims: Claims): boolean {
  const methods = [claims.amr].flat()
  return (typeof claims.acr === 'string' && acr.includes(claims.acr)) || amr.some((method) => methods.includes(method))
}

/** What can be a user's name of it, as a list of at most one. */
function nameFrom(claim: unknown): string[] {
  if (typeof claim !== 'string') return []
  const name = claim
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._@-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 60)
  return name.length < 2 ? [] : [name]
}
