/**
 * The issuer, asked by the authorization code flow with PKCE. What it says of itself, and its keys, are read anew at every
 * sign-in: a changed key counts at once. Signatures are checked although the answer came over TLS. Tokens are gone when a
 * function here returns; what openid-client throws holds them and goes no further.
 */
import * as oidc from 'openid-client'
import { isLoopback, type OidcConfig } from './oidc-config.ts'
import { type Claims, claimIn, wantedClaims } from './oidc-person.ts'
import type { Trip } from './oidc-trip.ts'

const PATIENCE_SECONDS = 8

/** `reason` names nothing that is secret. */
export class SignOnError extends Error {
  override readonly name = 'SignOnError'
  readonly why: 'failed' | 'cancelled' | 'unreachable'

  constructor(why: SignOnError['why'], reason: string) {
    super(reason)
    this.why = why
  }
}

export class OidcIssuer {
  readonly #config: OidcConfig
  readonly #redirect: string
  #server: oidc.ServerMetadata | undefined
  #trouble: string | undefined = 'not asked yet'
  #looking: Promise<void> | undefined

  /** `redirect`: the address of ours that the issuer knows. */
  constructor(config: OidcConfig, redirect: string) {
    this.#config = config
    this.#redirect = redirect
  }

  /** Why nobody can be sent there now, undefined while it is well. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Asks the issuer for its addresses (OpenID Connect Discovery 1.0). Never rejects: `trouble` tells. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    const { issuer, clientId, clientSecret } = this.#config
    const options = { timeout: PATIENCE_SECONDS, execute: this.#insecure() }
    try {
      this.#server = (await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, options)).serverMetadata()
      this.#trouble = undefined
    } catch (error) {
      this.#trouble = reasonOf(error)
    }
  }

  /** Where the browser is sent, once it is known that somebody is there. Throws SignOnError. */
  async addressFor({ state, nonce, verifier }: Trip): Promise<URL> {
    await this.look()
    const { scopes, secondFactor } = this.#config
    return oidc.buildAuthorizationUrl(this.#known(), {
      redirect_uri: this.#redirect,
      scope: [...new Set(['openid', ...scopes])].join(' '),
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(secondFactor.acr.length > 0 && { acr_values: secondFactor.acr.join(' ') }),
    })
  }

  /** Of whom the answer speaks, after every check that the standard asks for. Throws SignOnError. */
  async claimsOf(query: string, { state, nonce, verifier }: Trip): Promise<Claims> {
    if (this.#trouble !== undefined) await this.look()
    const known = this.#known()
    const answer = new URL(this.#redirect)
    answer.search = query
    try {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const tokens = await oidc.authorizationCodeGrant(known, answer, checks)
      const claims = tokens.claims()
      if (!claims) throw new SignOnError('failed', 'the issuer gave no ID token')
      const isComplete = wantedClaims(this.#config).every((claim) => claimIn(claims, claim) !== undefined)
      if (isComplete || known.serverMetadata().userinfo_endpoint === undefined) return claims
      return { ...(await oidc.fetchUserInfo(known, tokens.access_token, claims.sub)), ...claims }
    } catch (error) {
      const failure = failureOf(error)
      if (failure.why === 'unreachable') this.#trouble = failure.message
      throw failure
    }
  }

  #known(): oidc.Configuration {
    if (!this.#server || this.#trouble !== undefined) throw new SignOnError('unreachable', this.#trouble ?? 'not known yet')
    const { clientId, clientSecret } = this.#config
    const known = new oidc.Configuration(this.#server, clientId, clientSecret)
    known.timeout = PATIENCE_SECONDS
    for (const change of [oidc.enableNonRepudiationChecks, ...this.#insecure()]) change(known)
    return known
  }

  #insecure(): ((known: oidc.Configuration) => void)[] {
    return isLoopback(new URL(this.#config.issuer)) ? [oidc.allowInsecureRequests] : []
  }
}

function failureOf(error: unknown): SignOnError {
  if (error instanceof SignOnError) return error
  if (error instanceof oidc.AuthorizationResponseError) {
    return new SignOnError(
      error.error === 'access_denied' ? 'cancelled' : 'failed',
      `the issuer answered ${error.error.slice(0, 100)}`,
    )
  }
  return new SignOnError(isUnreachable(error) ? 'unreachable' : 'failed', reasonOf(error))
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof TypeError && error.message === 'fetch failed') return true
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500
  return error instanceof oidc.ClientError && error.code === 'OAUTH_TIMEOUT'
}

/** The error's own words and its cause's; of what came with it, which may be a token, nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof oidc.ResponseBodyError) return `the issuer answered ${error.status} ${error.error}`.slice(0, 200)
  const told = isUnreachable(error) || (error instanceof oidc.ClientError && error.code !== undefined)
  const cause = told && error.cause instanceof Error && error.cause.message !== '' ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`.slice(0, 200)
}
