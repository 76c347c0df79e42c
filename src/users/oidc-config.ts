import { z } from 'zod'
import { BoundCounties } from '../../model/counties.ts'
import { Role } from '../../model/role.ts'

/** An address of this machine may do without TLS, no other. */
export const SecureAddress = z
  .string()
  .max(500)
  .refine(isSecure, 'https://…, or http:// to a loopback address; without user, query and fragment')

const Claim = z.string().regex(/^[\w.:/-]{1,200}$/, 'the name of a claim; dots lead into it, as in realm_access.roles')
const Value = z.string().min(1).max(200)

const Grant = z.strictObject({
  /** Of the claim, or one of its values when it is a list. */
  value: Value,
  role: Role,
  counties: z.union([z.literal('all'), BoundCounties], 'all, or a list of counties and codes'),
})

/** An issuer (OpenID Connect Core 1.0) that vouches for people; clientSecretFile names a file. */
export const OidcConfig = z.strictObject({
  issuer: SecureAddress,
  clientId: z.string().min(1).max(300),
  clientSecret: z.string().min(1).max(1000),
  /** What the page calls it; its host when not given. */
  label: z.string().trim().min(1).max(60).optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope without spaces'))
    .max(20)
    .default(['openid', 'profile', 'email']),
  /** Names one person for ever. */
  userClaim: Claim.default('sub'),
  /** Values that say the issuer asked for a second factor; without any, admins show a code of ours. */
  secondFactor: z.strictObject({ acr: z.array(Value).max(20).default([]), amr: z.array(Value).max(20).default([]) }).prefault({}),
  /** Who gets what by a claim: the first that fits. Without it only accounts of "adit user add --oidc". */
  mapping: z.strictObject({ claim: Claim, grants: z.array(Grant).min(1).max(1000) }).optional(),
})
export type OidcConfig = z.output<typeof OidcConfig>

function isSecure(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || [url.username, url.password, url.search, url.hash].some((part) => part !== '')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
