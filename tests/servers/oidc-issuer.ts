/** A real issuer: oidc-provider over HTTP, with a sign-in page that believes whoever is typed. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider, { type Adapter, type AdapterPayload, type Configuration } from 'oidc-provider'
import { z } from 'zod'

export interface IssuerOptions {
  /** By the name they type, what the issuer says of each. */
  readonly people: Record<string, Readonly<Record<string, unknown>>>
  /** Claims are in the ID token too; otherwise at the userinfo endpoint alone, as the standard has it. */
  readonly inIdToken?: boolean
}

/** What an attacker makes of an ID token; `key` signed it. */
export type Tamper = (token: { readonly header: object; readonly claims: Claims; readonly key: KeyObject }) => string

export interface Issuer {
  readonly url: string
  /** Before anybody is sent there. */
  register(redirectUri: string): void
  /** Every token it gave out. */
  readonly tokens: string[]
  /** How whoever signs in next shows who they are. */
  methods: string[]
  tamper: Tamper | undefined
  /** From now on it signs by a key that nobody has seen, and knows the former one no more. */
  changeKey(): void
  stop(): Promise<void>
  start(): Promise<void>
}

export const CLIENT = { id: 'adit-test', secret: 'a client secret that is long enough for HS256 to be tried' }

/** Making one takes a quarter of a second. */
const FIRST_KEY = newKey()

type Claims = z.output<typeof Claims>
const Claims = z.looseObject({ iss: z.string(), aud: z.string(), sub: z.string() })
const Header = z.looseObject({ alg: z.string() })
const Tokens = z.looseObject({ id_token: z.string(), access_token: z.string() })

export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  let key = FIRST_KEY
  let redirectUri = 'http://127.0.0.1/nobody'
  let provider: Provider | undefined
  const kept = new Map<string, AdapterPayload>()
  const server = createServer((request, response) => {
    provider ??= make()
    if (request.url?.startsWith('/interaction/')) void interact(provider, issuer.methods, request, response)
    else void provider.callback()(request, response)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `http://127.0.0.1:${port}`

  function make(): Provider {
    const made = new Provider(url, { ...configurationOf(options, redirectUri, key), adapter: adapterOver(kept) })
    made.use(async (context, next) => {
      await next()
      const tokens = context.path === '/token' ? Tokens.safeParse(context.body) : undefined
      if (!tokens?.success) return
      if (issuer.tamper) context.body = { ...tokens.data, id_token: issuer.tamper({ ...read(tokens.data.id_token), key }) }
      issuer.tokens.push(tokens.data.id_token, tokens.data.access_token)
    })
    return made
  }

  const issuer: Issuer = {
    url,
    register: (uri) => {
      redirectUri = uri
      provider = undefined
    },
    tokens: [],
    methods: ['pwd'],
    tamper: undefined,
    changeKey: () => {
      key = newKey()
      provider = undefined
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    start: () => listen(port),
  }
  return issuer
}

/** A token with this header and these claims, signed with RS256. */
export function signed(header: object, claims: object, key: KeyObject): string {
  const text = encoded(header, claims)
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

/** What is signed of a token. */
export function encoded(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
}

export function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

function read(token: string): { header: object; claims: Claims } {
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  return { header: Header.parse(JSON.parse(header)), claims: Claims.parse(JSON.parse(claims)) }
}

function configurationOf({ people, inIdToken = false }: IssuerOptions, redirectUri: string, key: KeyObject): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['the cookies of a test'] },
    acrValues: ['urn:county:card'],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['preferred_username', 'groups', 'realm'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: !inIdToken,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ ...people[id], sub: id }) }),
    // nobody is asked whether Adit may know them
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: oidc.session?.accountId ?? '', clientId: oidc.client?.clientId ?? '' })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  }
}

/** What it keeps, in a map of its own. */
function adapterOver(kept: Map<string, AdapterPayload>): (kind: string) => Adapter {
  return (kind) => {
    const keyOf = (id: string) => `${kind} ${id}`
    const where = (is: (payload: AdapterPayload) => boolean) =>
      [...kept].find(([key, payload]) => key.startsWith(`${kind} `) && is(payload))?.[1]
    return {
      upsert: async (id, payload) => void kept.set(keyOf(id), payload),
      find: async (id) => kept.get(keyOf(id)),
      findByUid: async (uid) => where((payload) => payload.uid === uid),
      findByUserCode: async (code) => where(({ userCode }) => userCode === code),
      consume: async (id) => void kept.set(keyOf(id), { ...kept.get(keyOf(id)), consumed: Math.floor(Date.now() / 1000) }),
      destroy: async (id) => void kept.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of kept) if (key.startsWith(`${kind} `) && payload.grantId === grantId) kept.delete(key)
      },
    }
  }
}

const PAGE = `<!doctype html><html lang="en"><title>County sign-in</title><link rel="icon" href="data:,"><form method="post">
<input name="login" aria-label="login"><button>Sign in</button><button name="abort" value="1">Cancel</button></form></html>`

async function interact(
  provider: Provider,
  methods: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html')
    response.end(PAGE)
    return
  }
  const typed = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
  const acr = methods.includes('card') ? { acr: 'urn:county:card' } : {}
  await provider.interactionFinished(
    request,
    response,
    typed.has('abort')
      ? { error: 'access_denied', error_description: 'they pressed Cancel' }
      : { login: { accountId: typed.get('login') ?? '', amr: methods, remember: false, ...acr } },
    { mergeWithLastSubmission: false },
  )
}
