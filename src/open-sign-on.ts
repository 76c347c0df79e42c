/** The way in through an issuer, when one is configured; the service starts, and goes on, whatever becomes of the issuer. */
import type { Logger } from 'pino'
import { SIGN_ON } from './api/session-cookies.ts'
import type { Config } from './config.ts'
import type { Accounts } from './users/accounts.ts'
import type { OidcSignIn } from './users/oidc-sign-in.ts'
import type { UserRecords } from './users/user-records.ts'

const WELL_MS = 60_000
const AWAY_MS = 15_000

export interface OpenSignOn {
  readonly signOn: OidcSignIn | null
  close(): void
}

export async function openSignOn(
  { signIn, http }: Config,
  records: UserRecords,
  accounts: Accounts,
  log: Logger,
): Promise<OpenSignOn> {
  const { oidc: config } = signIn
  if (!config || http.publicUrl === undefined) return { signOn: null, close: () => {} }
  const { OidcIssuer } = await import('./users/oidc-issuer.ts')
  const { OidcSignIn } = await import('./users/oidc-sign-in.ts')
  const publicUrl = new URL(http.publicUrl).origin
  const issuer = new OidcIssuer(config, redirectOf(publicUrl))
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let before: string | undefined
  const watch = async () => {
    await issuer.look()
    if (closed) return
    const { trouble } = issuer
    if (trouble !== before) {
      if (trouble === undefined) log.info({ issuer: config.issuer }, 'the issuer answers again')
      else log.warn({ issuer: config.issuer, reason: trouble }, 'nobody can sign in through the issuer')
    }
    before = trouble
    timer = setTimeout(watch, trouble === undefined ? WELL_MS : AWAY_MS).unref()
  }
  void watch()
  return {
    signOn: new OidcSignIn({ config, publicUrl, records, accounts, issuer }),
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** What the issuer must know as our redirect URI. */
export function redirectOf(publicUrl: string): string {
  return `${new URL(publicUrl).origin}${SIGN_ON}/callback`
}

/** Names that the service answers to: those of the configuration, and its own. */
export function ownHosts({ hosts, publicUrl }: Config['http']): string[] {
  return [...hosts, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])].map((host) => host.toLowerCase())
}
