import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import { addUser } from '../../src/users/enrol.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, post, serveSample } from './serve-sample.ts'
import { signIn, trySignIn } from './sign-in.ts'

let sample: Sample
let app: Api
let token: string

beforeEach(async () => {
  sample = await sampleParts()
  app = await serveSample(sample.parts)
  token = sample.tokens.add('integrator', 0)
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

test('what was asked for, by whom, and what came of it', async () => {
  await post(app, '/api/v1/gateways', { name: 'gw-2' }, token)
  await post(app, '/api/v1/gateways', { name: 'gw-1' }, token)
  await post(app, '/api/v1/quarantine/replay', { code: 'json', ids: [7, 8] }, token)
  const actor = `token:${token.split('_')[1]} integrator`
  expect(sample.audit.lines()).toEqual([
    `${actor} gateway.add gw-2 begun`,
    `${actor} gateway.add gw-2 done`,
    `${actor} gateway.add gw-1 begun`,
    `${actor} gateway.add gw-1 refused`,
    `${actor} quarantine.replay json begun`,
    `${actor} quarantine.replay json done`,
  ])
})

test('who is not let in, and what is not as documented, changes nothing and is no record', async () => {
  const auditor = sample.tokens.add('auditor', 0)
  expect((await post(app, '/api/v1/gateways', { name: 'gw-2' })).status).toBe(401)
  expect((await post(app, '/api/v1/gateways', { name: 'gw-2' }, auditor)).status).toBe(403)
  expect((await post(app, '/api/v1/gateways', { name: 'gw 2' }, token)).status).toBe(400)
  expect(sample.audit.lines()).toEqual([])
})

test('who signed in and out, and whose attempt failed; what was typed as a name of nobody, it might be a password, is not', async () => {
  const lin = await addUser(
    sample.users,
    { name: 'lin', role: 'operator', counties: null, secondFactor: false, password: null },
    0,
  )
  await trySignIn(app, { name: 'lin', password: 'a wrong guess' })
  await trySignIn(app, { name: 'my secret words', password: 'lin' })
  const headers = await signIn(app, lin)
  await app.inject({ method: 'DELETE', url: '/api/v1/session', headers: { host: 'localhost', ...headers } })
  expect(sample.audit.lines()).toEqual([
    'nobody  session.sign-in  begun',
    'nobody  session.sign-in lin refused',
    'nobody  session.sign-in  begun',
    'nobody  session.sign-in  refused',
    'nobody  session.sign-in  begun',
    'user:lin operator session.sign-in lin done',
    'user:lin operator session.sign-out  begun',
    'user:lin operator session.sign-out  done',
  ])
})

test('when the log cannot be written, the request is refused and nothing is changed', async () => {
  await post(app, '/api/v1/quarantine/replay', {}, token)
  expect(sample.replayed).toHaveLength(1)
  sample.audit.breakHead()
  const answer = await post(app, '/api/v1/quarantine/replay', {}, token)
  expect(answer).toMatchObject({ status: 503, body: { code: 'audit', detail: expect.stringMatching(/Nothing was done/) } })
  expect(sample.replayed).toHaveLength(1)
})

test('an auditor reads it newest first, page by page; whose work it records does not', async () => {
  for (const name of ['gw-2', 'gw-3']) await post(app, '/api/v1/gateways', { name }, token)
  const authorization = `Bearer ${sample.tokens.add('auditor', 0)}`
  const first = await get(app, '/api/v1/audit?limit=3', { authorization })
  expect(first.body).toMatchObject({
    items: [
      { sequence: 4, action: 'gateway.add', subject: 'gw-3', outcome: 'done', detail: { of: 3, status: 201 } },
      { sequence: 3, subject: 'gw-3', outcome: 'begun', detail: { name: 'gw-3' }, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { sequence: 2, subject: 'gw-2', outcome: 'done', role: 'integrator' },
    ],
    nextCursor: '2',
  })
  const second = await get(app, `/api/v1/audit?limit=3&cursor=${first.body.nextCursor}`, { authorization })
  expect(second.body).toMatchObject({ items: [{ sequence: 1 }], nextCursor: null })
  expect((await get(app, '/api/v1/audit', { authorization: `Bearer ${token}` })).status).toBe(403)
})

test('a route that changes something and names no action cannot be registered', async () => {
  const bare = await buildServer(sample.parts, {
    loopback: true,
    hosts: [],
    requestsPerMinute: 9,
    consoleDirectory: '/nonexistent',
  })
  const config = { policy: { roles: ['admin'], answers: 'whole' } } as const
  expect(() => bare.delete('/api/v1/mines/:id', { config }, async () => 'gone')).toThrow(/names no action for the audit log/)
  await bare.close()
})
