import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { addUser, type Enrolled } from '../../src/users/enrol.ts'
import { codeOfStep, stepAt } from '../../src/users/one-time-code.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, serveSample } from './serve-sample.ts'
import { bytesOfKey, codeOf, signIn, trySignIn } from './sign-in.ts'

const NEXT = 'four plain words'

let sample: Sample
let app: Api
beforeEach(async () => {
  sample = await sampleParts()
  app = await serveSample(sample.parts)
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

function add(name: string, secondFactor = false): Promise<Enrolled> {
  return addUser(sample.users, { name, role: 'operator', counties: null, secondFactor, password: null }, 0)
}

async function change(headers: Record<string, string>, payload: { password: string; newPassword: string; code?: string }) {
  const request = { method: 'POST', url: '/api/v1/session/password', payload } as const
  const response = await app.inject({ ...request, headers: { host: 'localhost', ...headers } })
  return [response.statusCode, response.body === '' ? '' : response.json().code]
}

async function isIn(headers: Record<string, string>): Promise<boolean> {
  return (await get(app, '/api/v1/alerts', headers)).status === 200
}

test('who knows the old password gives a new one: it holds at once, all their other sessions end, and it is on record', async () => {
  const lin = await add('lin')
  const [here, elsewhere] = [await signIn(app, lin), await signIn(app, lin)]
  const wang = await signIn(app, await add('wang'))
  expect(await change(here, { password: lin.password, newPassword: NEXT })).toEqual([204, ''])
  expect(sample.audit.lines().slice(-2)).toEqual([
    'user:lin operator user.password  begun',
    'user:lin operator user.password lin done',
  ])
  expect(JSON.stringify(sample.audit.entries())).not.toMatch(NEXT)
  expect([await isIn(here), await isIn(elsewhere), await isIn(wang)]).toEqual([true, false, true])
  expect((await trySignIn(app, { name: 'lin', password: lin.password })).statusCode).toBe(401)
  expect((await trySignIn(app, { name: 'lin', password: NEXT })).statusCode).toBe(204)
})

test('a wrong old password changes nothing, is on record, and is slowed down as at signing in', async () => {
  const lin = await add('lin')
  const [here, elsewhere] = [await signIn(app, lin), await signIn(app, lin)]
  const answers: unknown[] = []
  for (let time = 0; time < 6; time++) answers.push(await change(here, { password: 'a wrong guess', newPassword: NEXT }))
  expect(answers).toEqual([...Array(5).fill([403, 'wrong-password']), [429, 'too-many-tries']])
  expect(sample.audit.lines().at(-1)).toBe('user:lin operator user.password lin refused')
  expect(await change(here, { password: lin.password, newPassword: NEXT })).toEqual([429, 'too-many-tries'])
  expect(await isIn(elsewhere)).toBe(true)
  expect((await trySignIn(app, { name: 'lin', password: NEXT })).statusCode).toBe(401)
})

test('where there is a second factor a new code of it is wanted too, and an unfit password does not use it up', async () => {
  const lin = await add('lin', true)
  const used = codeOf(lin)
  const here = await signIn(app, lin)
  const next = codeOfStep(bytesOfKey(lin.secondFactor ?? ''), stepAt(Date.now()) + 1)
  for (const code of ['', '000000', used]) {
    expect(await change(here, { password: lin.password, newPassword: NEXT, code }), code).toEqual([403, 'wrong-password'])
  }
  expect(await change(here, { password: lin.password, newPassword: 'short', code: next })).toEqual([409, 'password-length'])
  expect(await change(here, { password: lin.password, newPassword: NEXT, code: next })).toEqual([204, ''])
})

test.each([
  ['short', 'password-length'],
  ['with lin.wei in it', 'password-name'],
  ['Password123', 'password-common'],
])('%s is no new password', async (newPassword, code) => {
  const lin = await add('lin.wei')
  expect(await change(await signIn(app, lin), { password: lin.password, newPassword })).toEqual([409, code])
})

test('nor is the old one, nor is it changed by a token, a page of another site, or for whom an issuer vouches', async () => {
  const lin = await add('lin')
  const here = await signIn(app, lin)
  expect(await change(here, { password: lin.password, newPassword: lin.password })).toEqual([409, 'password-same'])
  const wanted = { password: lin.password, newPassword: NEXT }
  expect(await change({ authorization: `Bearer ${sample.tokens.add('admin', 0)}` }, wanted)).toEqual([403, 'no-password'])
  expect(await change({ cookie: here.cookie }, wanted)).toEqual([403, 'csrf'])
  expect(await change({ ...here, origin: 'https://evil.example' }, wanted)).toEqual([403, 'origin'])
  expect(await change({}, wanted)).toEqual([401, 'token'])

  const kept = await sample.users.find('lin')
  if (!kept) throw new Error('lin is gone')
  await sample.users.put({ ...kept, identity: { key: 'https://issuer.example/ sub u-1', rights: 'given' } }, [])
  const { token } = await sample.parts.accounts
    .signIn({ name: 'lin', password: lin.password, code: '', address: '', device: '', now: Date.now() })
    .then((result) => (result.outcome === 'signed-in' ? result : { token: '' }))
  const cookie = `adit_session=${token}`
  const { csrf, hasPassword } = (await get(app, '/api/v1/session', { cookie, host: 'localhost' })).body
  expect(hasPassword).toBe(false)
  expect(await change({ cookie, 'x-adit-csrf': csrf, origin: 'http://localhost' }, wanted)).toEqual([403, 'no-password'])
})
