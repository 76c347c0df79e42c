import { Writable } from 'node:stream'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Role } from '../../model/role.ts'
import type { Api } from '../../src/api/api.ts'
import { buildServer, type ServerOptions } from '../../src/api/server.ts'
import { SECRETS } from '../../src/secrets-in-log.ts'
import { addUser, type Enrolled } from '../../src/users/enrol.ts'
import { followFeed } from './follow-feed.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get } from './serve-sample.ts'
import { codeOf, signIn, trySignIn } from './sign-in.ts'

const OPTIONS = { loopback: true, hosts: ['adit.county.example'], requestsPerMinute: 1000, consoleDirectory: '/nonexistent' }

let sample: Sample
let app: Api
beforeEach(async () => {
  sample = await sampleParts()
  app = await serve()
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

async function serve(options: Partial<ServerOptions> = {}): Promise<Api> {
  const server = await buildServer(sample.parts, { ...OPTIONS, ...options })
  await server.ready()
  return server
}

async function serveAnew(options: Partial<ServerOptions>): Promise<void> {
  await app.close()
  app = await serve(options)
}

function add(name: string, role: Role): Promise<Enrolled> {
  return addUser(sample.users, { name, role, counties: null, secondFactor: false, password: null }, 0)
}

function replay(headers: Record<string, string>) {
  const request = { method: 'POST', url: '/api/v1/quarantine/replay', payload: { gateway: 'gw-1' } } as const
  return app.inject({ ...request, headers: { host: 'localhost', ...headers } })
}

describe('reading on this machine', () => {
  test('takes a login from the first account on, and no token of before stops counting', async () => {
    const authorization = `Bearer ${sample.tokens.add('auditor', 0)}`
    expect((await get(app, '/api/v1/alerts')).status).toBe(200)
    expect((await get(app, '/api/v1/session')).body).toEqual({
      caller: { kind: 'machine', name: 'this machine', role: null, counties: null },
      ...{ csrf: null, until: null, hasPassword: false, singleSignOn: null },
    })
    await add('lin', 'operator')
    for (const url of ['/api/v1/alerts', '/metrics', '/api/openapi.json', '/api/v1/nothing'])
      expect((await get(app, url)).status, url).toBe(401)
    expect((await get(app, '/api/v1/session')).body).toMatchObject({ caller: null, csrf: null, until: null })
    expect((await get(app, '/api/v1/alerts', { authorization })).status).toBe(200)
    await sample.users.disable('lin', 0)
    expect((await get(app, '/api/v1/alerts')).status).toBe(401)
  })

  test('health is told to everybody, its details to who may read', async () => {
    expect((await get(app, '/api/v1/health')).body.parts).toEqual([{ part: 'journal', status: 'pass', detail: 'position 3' }])
    await add('lin', 'operator')
    const { status, body } = await get(app, '/api/v1/health')
    expect([status, body.parts[0].status, body.parts[0].detail]).toEqual([200, 'pass', expect.stringMatching('sign in')])
  })
})

test('while accounts cannot be looked up health is told, nothing else is, and a feed ends', async () => {
  await serveAnew({ heartbeatMs: 50 })
  const headers = await signIn(app, await add('lin', 'operator'))
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/alerts/stream`
  const frames = await followFeed(url, { cookie: headers.cookie }, 1, () => sample.users.close())
  expect(frames).toEqual([])
  expect((await get(app, '/api/v1/health', headers)).status).toBe(200)
  expect((await get(app, '/api/v1/alerts', headers)).status).toBe(500)
  expect((await app.inject({ url: '/alerts', headers: { host: 'localhost', ...headers } })).statusCode).toBe(200)
})

test('while accounts cannot be looked up, and there was none, whoever is on this machine reads on', async () => {
  expect((await get(app, '/api/v1/mines')).status).toBe(200)
  await sample.users.close()
  expect((await get(app, '/api/v1/mines')).status).toBe(200)
})

describe('who signed in', () => {
  test('is known by a cookie that no script and no other site gets', async () => {
    const lin = await add('lin', 'admin')
    const response = await trySignIn(app, { name: 'lin', password: lin.password, code: codeOf(lin) })
    expect([response.statusCode, response.body]).toEqual([204, ''])
    const cookies = [response.headers['set-cookie']].flat()
    expect(cookies).toEqual([
      expect.stringMatching(/^adit_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(/^adit_device=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
  })

  test('behind TLS has a cookie that goes over TLS alone; who is no proxy of ours cannot say so', async () => {
    const { password } = await add('lin', 'operator')
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.4' }
    await serveAnew({ proxies: ['127.0.0.1'] })
    const through = await trySignIn(app, { name: 'lin', password }, forwarded)
    expect([through.headers['set-cookie']].flat().every((cookie) => cookie?.endsWith('; Secure'))).toBe(true)
    const past = await trySignIn(app, { name: 'lin', password }, forwarded, '198.51.100.9')
    expect([past.statusCode, String(past.headers['set-cookie'])]).toEqual([204, expect.not.stringMatching('Secure')])
  })

  test('reads, and learns who they are and until when', async () => {
    const headers = await signIn(app, await add('lin', 'operator'))
    const alerts = await app.inject({ url: '/api/v1/alerts', headers: { host: 'localhost', ...headers } })
    expect([alerts.statusCode, alerts.headers['cache-control']]).toEqual([200, 'no-store'])
    const { caller, csrf, until } = (await get(app, '/api/v1/session', headers)).body
    expect(caller).toEqual({ kind: 'user', name: 'lin', role: 'operator', counties: null })
    expect(csrf).toMatch(/^[\w-]{43}$/)
    expect(Date.parse(until)).toBeGreaterThan(Date.now())
  })

  test('changes something only from a page of our own that repeats the word it was given', async () => {
    const headers = await signIn(app, await add('lin', 'integrator'))
    const { cookie, 'x-adit-csrf': csrf } = headers
    const other = await signIn(app, await add('wang', 'integrator'))
    const refused: [Record<string, string>, string][] = [
      [{ cookie }, 'csrf'],
      [{ cookie, origin: 'http://localhost' }, 'csrf'],
      [{ cookie, 'x-adit-csrf': other['x-adit-csrf'] }, 'csrf'],
      [{ ...headers, origin: 'http://evil.example' }, 'origin'],
      [{ ...headers, origin: 'http://localhost:8081' }, 'origin'],
      [{ ...headers, origin: 'null' }, 'origin'],
    ]
    for (const [sent, code] of refused) {
      const response = await replay(sent)
      expect([response.statusCode, response.json().code], JSON.stringify(sent)).toEqual([403, code])
    }
    expect(sample.replayed).toEqual([])
    expect((await replay({ cookie, 'x-adit-csrf': csrf })).statusCode).toBe(200)
    expect((await replay(headers)).statusCode).toBe(200)
  })

  test('is out at once when they sign out, the live feed included', async () => {
    await serveAnew({ heartbeatMs: 50 })
    const headers = await signIn(app, await add('lin', 'operator'))
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/alerts/stream`
    const signOut = (sent: Record<string, string>) =>
      app.inject({ method: 'DELETE', url: '/api/v1/session', headers: { host: 'localhost', ...sent } })
    const frames = await followFeed(url, { cookie: headers.cookie }, 1, async () => {
      expect((await signOut({ cookie: headers.cookie })).statusCode).toBe(403)
      const { statusCode, headers: answer } = await signOut(headers)
      expect([statusCode, String(answer['set-cookie'])]).toEqual([204, expect.stringMatching(/^adit_session=; Max-Age=0;/)])
      expect((await get(app, '/api/v1/alerts', headers)).status).toBe(401)
    })
    expect(frames).toEqual([])
  })

  test('leaves the session before behind when they sign in again', async () => {
    const lin = await add('lin', 'operator')
    const before = await signIn(app, lin)
    const again = await trySignIn(app, { name: 'lin', password: lin.password }, before)
    expect(again.statusCode).toBe(204)
    expect((await get(app, '/api/v1/alerts', before)).status).toBe(401)
  })

  test('a wrong token is nobody, whatever cookie comes with it', async () => {
    const { cookie } = await signIn(app, await add('lin', 'operator'))
    const authorization = 'Bearer adit_000000000000_0000000000000000000000000000000000000000000'
    expect((await get(app, '/api/v1/alerts', { cookie, authorization })).status).toBe(401)
  })
})

describe('who does not get in', () => {
  test('reads the same of an unknown name and a wrong password, and after five tries when to come back', async () => {
    await add('lin', 'operator')
    const answers: unknown[] = []
    for (const name of ['lin', 'nobody']) {
      for (let time = 0; time < 6; time++) {
        const { statusCode, headers, body } = await trySignIn(app, { name, password: 'a wrong guess' })
        answers.push([statusCode, headers['retry-after'], headers['set-cookie'], JSON.parse(body)])
      }
    }
    expect(answers.slice(6)).toEqual(answers.slice(0, 6))
    expect(answers[0]).toEqual([401, undefined, undefined, expect.objectContaining({ code: 'sign-in' })])
    expect(answers[5]).toEqual([429, '900', undefined, expect.objectContaining({ code: 'too-many-tries' })])
  })

  test('a page of another site signs nobody in', async () => {
    const { password } = await add('lin', 'operator')
    const answer = await trySignIn(app, { name: 'lin', password }, { origin: 'https://evil.example' })
    expect([answer.statusCode, answer.json().code, answer.headers['set-cookie']]).toEqual([403, 'origin', undefined])
  })

  test('a flood from one address is told to wait before anything is hashed, and a browser known from before is not part of it', async () => {
    const lin = await add('lin', 'operator')
    const known = await signIn(app, lin)
    const codes: number[] = []
    for (let time = 0; time < 32; time++) codes.push((await trySignIn(app, { name: `n${time}`, password: 'x' })).statusCode)
    expect(codes.slice(0, 20)).toEqual(Array(20).fill(401))
    expect(new Set(codes.slice(20))).toEqual(new Set([429]))
    expect((await trySignIn(app, { name: 'lin', password: lin.password })).json().code).toBe('request')
    expect((await trySignIn(app, { name: 'lin', password: lin.password }, known)).statusCode).toBe(204)
  })
})

test('no password, code, cookie or token is in the log, not even of a request that breaks', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  })
  await serveAnew({ logger: pino({ level: 'trace', redact: SECRETS }, sink) })
  const lin = await add('lin', 'admin')
  const headers = await signIn(app, lin)
  const authorization = `Bearer ${sample.tokens.add('admin', 0)}`
  await trySignIn(app, { name: 'lin', password: 'this is a wrong guess', code: '918273' })
  const breaking = '/api/v1/usage-points/P2/load-profile?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'
  expect((await get(app, breaking, headers)).status).toBe(500)
  expect((await get(app, breaking, { authorization })).status).toBe(500)
  app.log.warn(
    { req: { headers: { ...headers, authorization } }, password: lin.password, body: { password: lin.password, code: '918273' } },
    'as somebody might',
  )
  const log = lines.join('')
  expect(log).toMatch('the disk of /var/secret broke')
  expect(log).toMatch('as somebody might')
  const secrets = [
    lin.password,
    'this is a wrong guess',
    '918273',
    headers.cookie,
    headers['x-adit-csrf'],
    authorization.slice(7),
  ]
  for (const secret of [...secrets, ...headers.cookie.split(/[=;]/).filter((part) => part.length > 20)]) {
    expect(log.includes(secret), secret).toBe(false)
  }
})
