import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'
import { addUser } from '../../src/users/enrol.ts'
import { TcpProxy } from '../faults/tcp-proxy.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { sampleParts } from './sample-parts.ts'
import { serveSample } from './serve-sample.ts'
import { signIn, trySignIn } from './sign-in.ts'

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.stop())

  /** The API with its accounts in PostgreSQL, behind a proxy. */
  async function serveAccounts() {
    const proxy = await TcpProxy.listen(postgres.port)
    const url = postgres.url.replace(`:${postgres.port}`, `:${proxy.port}`)
    const users = await DatabaseUsers.open(DatabaseConfig.parse({ kind: 'postgresql', url, user: postgres.user }), { users: '' })
    const sample = await sampleParts()
    const app = await serveSample({ ...sample.parts, accounts: new Accounts(users) })
    onTestFinished(async () => {
      await app.close()
      await users.close()
      await proxy.close()
      sample.close()
    })
    return { proxy, users, app }
  }

  // far below the half minute for which a statement may take its time
  test('whoever asks while it says nothing at all is soon told to try again', { timeout: 20_000 }, async () => {
    const { proxy, app } = await serveAccounts()
    const ask = async (headers: Record<string, string> = {}) => {
      const {
        statusCode,
        headers: told,
        json,
      } = await app.inject({
        url: '/api/v1/summary',
        headers: { host: 'localhost', ...headers },
      })
      return { status: statusCode, retryAfter: told['retry-after'], code: json().code }
    }
    expect((await ask()).status).toBe(200)
    proxy.silent = true
    const toldLater = { status: 503, retryAfter: '5', code: 'database' }
    expect(await Promise.all([ask(), ask({ cookie: 'adit_session=abcdefgh' })])).toEqual([toldLater, toldLater])
    const health = await app.inject({ url: '/api/v1/health', headers: { host: 'localhost' } })
    expect(health.statusCode).toBe(200)
  })

  test('a change whose answer is never heard may have been made, and whoever made it is told so', {
    timeout: 20_000,
  }, async () => {
    const { proxy, users, app } = await serveAccounts()
    const lin = await addUser(users, { name: 'lin', role: 'operator', counties: null, secondFactor: false, password: null }, 0)
    const headers = { host: 'localhost', ...(await signIn(app, lin)) }
    proxy.lastWords = 'commit\0'
    const payload = { password: lin.password, newPassword: 'four plain words' }
    const change = await app.inject({ method: 'POST', url: '/api/v1/session/password', payload, headers })
    expect([change.statusCode, change.headers['retry-after']]).toEqual([503, '5'])
    expect(change.json()).toMatchObject({ code: 'database', detail: expect.stringMatching(/whether this was done is not known/) })
    proxy.lastWords = undefined
    proxy.silent = false
    // tries to sign in are counted
    await expect.poll(async () => await users.any().catch(String)).toBe(true)
    expect((await trySignIn(app, { name: 'lin', password: 'four plain words' })).statusCode).toBe(204)
  })
})
