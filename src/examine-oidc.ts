/** Whether people can sign in through the issuer: it answers, is who it says, has keys, and its clock is ours. */
import { z } from 'zod'
import type { Config } from './config.ts'
import type { Finding } from './finding.ts'
import { redirectOf } from './open-sign-on.ts'
import { isLoopback } from './users/oidc-config.ts'
import { OidcIssuer } from './users/oidc-issuer.ts'

const PATIENCE_MS = 8_000
/** Tokens are good for minutes; half a minute of difference is allowed for. */
const MOST_SKEW_SECONDS = 20

const Discovered = z.object({ jwks_uri: z.url(), code_challenge_methods_supported: z.array(z.string()).optional() })
const Keys = z.object({ keys: z.array(z.unknown()).min(1) })

export async function examineOidc({ signIn, http }: Config, now: Date): Promise<Finding[]> {
  const { oidc: config } = signIn
  if (!config || http.publicUrl === undefined) return []
  const check = 'issuer'
  const issuer = new OidcIssuer(config, redirectOf(http.publicUrl))
  await issuer.look()
  if (issuer.trouble !== undefined) {
    const detail = `${config.issuer}: ${issuer.trouble}`
    return [{ check, status: 'fail', detail, remedy: remedyFor(issuer.trouble) }]
  }
  const findings: Finding[] = [await keysFinding(config.issuer), ...proxyFinding(http)]
  const skew = await skewOf(config.issuer, now)
  if (Math.abs(skew) > MOST_SKEW_SECONDS) {
    const detail = `the issuer's clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} ours: its tokens are refused`
    findings.push({ check: 'issuer clock', status: 'fail', detail, remedy: 'set both clocks (NTP)' })
  }
  return findings
}

function remedyFor(trouble: string): string {
  if (/certificate|self.signed|issuer certificate/i.test(trouble))
    return 'give Node the authority that signed its certificate: NODE_EXTRA_CA_CERTS=/etc/adit/ca.pem'
  if (/does not match the expected issuer/.test(trouble)) return 'write signIn.oidc.issuer as the issuer writes "issuer" itself'
  if (/status code|content-type|parsing/.test(trouble))
    return 'look at signIn.oidc.issuer: /.well-known/openid-configuration below it must answer with JSON'
  return 'check signIn.oidc.issuer, the name service and the way to it; accounts with a password sign in meanwhile'
}

async function keysFinding(issuer: string): Promise<Finding> {
  const check = 'issuer'
  try {
    const found = Discovered.parse(await (await ask(discoveryOf(issuer))).json())
    Keys.parse(await (await ask(found.jwks_uri)).json())
    if (found.code_challenge_methods_supported?.includes('S256') === false) {
      const remedy = 'let the issuer check PKCE with S256 for this client'
      return { check, status: 'warn', detail: `${issuer} does not say that it checks PKCE`, remedy }
    }
    return { check, status: 'pass', detail: `${issuer} answers, and its keys can be read` }
  } catch (error) {
    const detail = `${issuer}: its keys cannot be read (${error instanceof Error ? error.message.slice(0, 200) : 'unknown'})`
    return { check, status: 'fail', detail, remedy: 'look at its jwks_uri, and at the way to it from here' }
  }
}

/** Without them cookies would go over plain HTTP too, and everybody would have the proxy's address. */
function proxyFinding({ publicUrl = '', proxies }: Config['http']): Finding[] {
  if (isLoopback(new URL(publicUrl)) || proxies.length > 0) return []
  const detail = `http.publicUrl is ${publicUrl}, and http.proxies is empty`
  const remedy = 'name the address of the proxy that ends TLS in http.proxies: cookies are Secure then'
  return [{ check: 'public address', status: 'warn', detail, remedy }]
}

/** Seconds by which its clock is ahead; 0 when it does not say. */
async function skewOf(issuer: string, now: Date): Promise<number> {
  const asked = performance.now()
  const { headers } = await ask(discoveryOf(issuer))
  const elapsed = performance.now() - asked
  const theirs = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(theirs) ? 0 : Math.round((theirs - now.getTime() - elapsed) / 1000)
}

function discoveryOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

async function ask(url: string): Promise<Response> {
  return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
}
