import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROLES, type Role } from '../../model/role.ts'
import type { Api } from '../../src/api/api.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { addUser } from '../../src/users/enrol.ts'
import { OidcConfig } from '../../src/users/oidc-config.ts'
import { OidcIssuer } from '../../src/users/oidc-issuer.ts'
import { OidcSignIn } from '../../src/users/oidc-sign-in.ts'
import { type Line, POLICY_TABLE } from './policy-table.ts'
import { serveSample } from './serve-sample.ts'
import { signIn } from './sign-in.ts'
import { ELSEWHERE, OWN, raiseInBoth, type TwoCounties, twoCounties } from './two-counties.ts'

interface Asker {
  readonly role: Role | null
  readonly bound: boolean
  readonly headers: Record<string, string>
}

let world: TwoCounties
let app: Api
let address: string
beforeAll(async () => {
  world = await twoCounties()
  await raiseInBoth(world.alerts)
  const { users } = world
  const config = OidcConfig.parse({ issuer: 'https://127.0.0.1:1', clientId: 'adit', clientSecret: 'nobody has it' })
  const issuer = new OidcIssuer(config, 'https://localhost/')
  const accounts = new Accounts(users)
  const singleSignOn = new OidcSignIn({ config, publicUrl: 'https://localhost', records: users, accounts, issuer })
  app = await serveSample({ ...world.parts, accounts, singleSignOn }, { requestsPerMinute: 100_000 })
  address = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app.close()
  await world.close()
})

test('every route that is served stands in the table, and nothing else does', () => {
  const served = servedRoutes(app)
  expect(served.length).toBeGreaterThan(20)
  expect(served.sort()).toEqual(POLICY_TABLE.map(({ route }) => route).sort())
})

describe('every route, asked by', () => {
  const askers = [false, true].flatMap((bound) => ROLES.map((role) => ({ role, bound })))

  test('nobody', async () => {
    await addUser(world.users, { name: 'first', role: 'auditor', counties: null, secondFactor: false, password: null }, 0)
    await askAll({ role: null, bound: false, headers: {} })
  })

  test.each(askers)('a token of $role, bound to a county: $bound', async ({ role, bound }) => {
    const token = world.tokens.add(role, 0, bound ? [OWN] : null)
    await askAll({ role, bound, headers: { authorization: `Bearer ${token}` } })
  })

  test.each(askers)('a person who signed in as $role, bound to a county: $bound', async ({ role, bound }) => {
    const name = `${role}-${bound}`
    const made = await addUser(
      world.users,
      { name, role, counties: bound ? [OWN] : null, secondFactor: false, password: null },
      0,
    )
    await askAll({ role, bound, headers: await signIn(app, made) })
  })
})

async function askAll(asker: Asker): Promise<void> {
  for (const line of POLICY_TABLE) {
    expect(await ask(line, line.own, asker), `${line.route} of the own county`).toBe(expected(line, asker, false))
    if (line.foreign === undefined) continue
    expect(await ask(line, line.foreign, asker), `${line.route} of another county`).toBe(expected(line, asker, true))
  }
}

function expected({ roles, counties, status = 200 }: Line, { role, bound }: Asker, isForeign: boolean): number {
  if (roles === 'anybody') return status
  if (role === null) return 401
  if (roles !== 'every role' && !roles.includes(role)) return 403
  if (bound && counties === 'whole') return 403
  return bound && isForeign ? 404 : status
}

/** The status; what a bound asker gets must name nothing of the other county, and who is not bound must get to see it. */
async function ask({ route, counties, body }: Line, url: string, { bound, headers }: Asker): Promise<number> {
  const method = route.startsWith('GET') ? 'GET' : route.startsWith('POST') ? 'POST' : 'DELETE'
  const request = { method, url, headers: { host: 'localhost', ...headers }, ...(body && { payload: body }) } as const
  if (url.endsWith('/stream')) return askStream(url, headers)
  const response = await app.inject(request)
  if (bound && response.statusCode < 300) expect(response.body, url).not.toMatch(ELSEWHERE)
  if (!bound && response.statusCode === 200 && LISTS.includes(url)) expect(response.body, url).toMatch(ELSEWHERE)
  if (counties === 'none') expect(response.body, url).not.toMatch(ELSEWHERE)
  return response.statusCode
}

/** Of these who sees all must see the other county too: a list that is empty for everybody proves nothing. */
const LISTS = [
  '/api/v1/alerts?state=all',
  '/api/v1/work-list',
  '/api/v1/mines',
  '/api/v1/mines/OWN-M/observability',
  '/api/v1/mines/observability.csv',
  '/api/v1/areas/OWN-Z1',
  '/api/v1/topology-doubts',
  '/api/v1/topology-doubts.csv',
]

/** The feed does not end by itself: over a connection of its own. */
async function askStream(url: string, headers: Record<string, string>): Promise<number> {
  const hangUp = new AbortController()
  const { status } = await fetch(`${address}${url}`, { headers, signal: hangUp.signal })
  hangUp.abort()
  return status
}

/** Method and path of each, out of the tree that fastify prints. */
function servedRoutes(app: Api): string[] {
  const above: string[] = []
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods = ''] = /^(.*)── (\S+)(?: \((.*)\))?$/.exec(line) ?? []
      if (part === undefined) return []
      const depth = Math.floor(indent.length / 4)
      const path = (above[depth - 1] ?? '') + part
      above[depth] = path
      return methods.split(', ').flatMap((method) => (method === '' || method === 'HEAD' ? [] : [`${method} ${path}`]))
    })
}
