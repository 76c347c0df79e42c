/** The API and a real issuer, both over HTTP, and people with browsers of their own. */
import { Writable } from 'node:stream'
import pino, { type Logger } from 'pino'
import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import { Config } from '../../src/config.ts'
import { openSignOn, redirectOf } from '../../src/open-sign-on.ts'
import { SECRETS } from '../../src/secrets-in-log.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { identityKey } from '../../src/users/oidc-person.ts'
import { freePort } from '../servers/free-port.ts'
import { CLIENT, type Issuer, startIssuer } from '../servers/oidc-issuer.ts'
import { type Visited, Visitor } from '../servers/visitor.ts'
import { type Sample, sampleParts } from './sample-parts.ts'

export interface SetUp {
  readonly people: Record<string, Readonly<Record<string, unknown>>>
  /** Of signIn.oidc, besides the issuer and the client. */
  readonly oidc?: object
  readonly inIdToken?: boolean
}

export interface Meeting {
  readonly issuer: Issuer
  readonly url: string
  readonly sample: Sample
  readonly app: Api
  /** As the service logs. */
  readonly log: string[]
  /** What names somebody of the issuer in an account. */
  keyOf(user: string): string
  close(): Promise<void>
}

/** The issuer may be stopped already when the service starts. */
export async function meet(
  { people, oidc = {}, inIdToken = false }: SetUp,
  before?: (issuer: Issuer) => Promise<void>,
): Promise<Meeting> {
  const issuer = await startIssuer({ people, inIdToken })
  await before?.(issuer)
  const sample = await sampleParts()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  issuer.register(redirectOf(url))
  const log: string[] = []
  const logger = loggerInto(log)
  const config = Config.parse({
    http: { publicUrl: url },
    signIn: { oidc: { issuer: issuer.url, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: '县统一认证', ...oidc } },
  })
  const accounts = new Accounts(sample.users)
  const { signOn, close } = await openSignOn(config, sample.users, accounts, logger)
  const parts = { ...sample.parts, accounts, singleSignOn: signOn }
  const app = await buildServer(parts, {
    loopback: true,
    hosts: [],
    requestsPerMinute: 1000,
    consoleDirectory: '/nonexistent',
    logger,
  })
  await app.listen({ host: '127.0.0.1', port })
  return {
    issuer,
    url,
    sample,
    app,
    log,
    keyOf: (user) => identityKey({ issuer: issuer.url, userClaim: config.signIn.oidc?.userClaim ?? 'sub' }, user),
    close: async () => {
      close()
      await app.close()
      await issuer.stop()
      await sample.close()
    },
  }
}

/** Up to the issuer's page, or to where else the way leads. */
export function leave({ url }: Meeting, visitor: Visitor, to = '/'): Promise<Visited> {
  return visitor.go(`${url}/api/v1/session/oidc?to=${encodeURIComponent(to)}`)
}

/** The whole way: to the issuer, there as `login`, and back; `halt` stops it on its way back. */
export async function signOn(
  meeting: Meeting,
  login: string,
  { visitor = new Visitor(), to = '/', halt = false }: { visitor?: Visitor; to?: string; halt?: boolean } = {},
): Promise<Visited & { readonly visitor: Visitor; readonly back: URL }> {
  const halts = ({ pathname }: URL) => halt && pathname.endsWith('/callback')
  const page = await visitor.go(`${meeting.url}/api/v1/session/oidc?to=${encodeURIComponent(to)}`, {}, halts)
  const form = { method: 'POST', body: new URLSearchParams({ login }) }
  // whoever is known to the issuer from before is not asked again
  const isAsked = page.url.href.startsWith(`${meeting.issuer.url}/interaction/`)
  const visited = isAsked ? await visitor.go(page.url.href, form, halts) : page
  const back = visited.way.find((address) => address.includes('/callback'))
  if (back === undefined) throw new Error(`${login} did not come back: ${visited.way.join(' → ')} ${visited.body.slice(0, 500)}`)
  return { ...visited, visitor, back: new URL(back) }
}

/** Whom the service knows by this browser; null for nobody. */
export async function callerOf({ url }: Meeting, visitor: Visitor) {
  const answer = await visitor.ask(new URL('/api/v1/session', url))
  return (await answer.json()).caller
}

function loggerInto(lines: string[]): Logger {
  const sink = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  })
  return pino({ level: 'trace', redact: SECRETS }, sink)
}
