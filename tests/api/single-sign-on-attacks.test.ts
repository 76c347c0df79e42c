import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addUser } from '../../src/users/enrol.ts'
import { CLIENT, encoded, newKey, signed, type Tamper } from '../servers/oidc-issuer.ts'
import { Visitor } from '../servers/visitor.ts'
import { callerOf, leave, type Meeting, meet, signOn } from './issuer-and-service.ts'

const PEOPLE = { 'u-1': { preferred_username: 'lin' }, 'u-2': { preferred_username: 'wang' } }

let meeting: Meeting

async function begin(): Promise<void> {
  meeting = await meet({ people: PEOPLE })
  await prepare('u-1', 'lin')
  await prepare('u-2', 'wang')
}

function prepare(user: string, name: string) {
  const identity = { key: meeting.keyOf(user), rights: 'given' } as const
  return addUser(
    meeting.sample.users,
    { name, role: 'operator', counties: null, secondFactor: false, password: null, identity },
    0,
  )
}

/** Nobody is in, the page says that it failed, and the record says why. */
async function expectFailed(visitor: Visitor, url: URL, reason: RegExp): Promise<void> {
  expect(url.href).toBe(`${meeting.url}/sign-in?refused=failed&to=%2F`)
  expect(await callerOf(meeting, visitor)).toBeNull()
  expect(visitor.cookie(meeting.url, 'adit_session')).toBeUndefined()
  expect(meeting.sample.audit.entries().at(-1)).toMatchObject({
    ...{ actor: 'nobody', action: 'session.sign-in', outcome: 'refused' },
    detail: { why: 'failed', reason: expect.stringMatching(reason) },
  })
}

describe('an answer of the issuer is refused', () => {
  beforeAll(begin)
  afterEach(() => {
    meeting.issuer.tamper = undefined
  })
  afterAll(() => meeting.close())

  const changed =
    (change: object): Tamper =>
    ({ header, claims, key }) =>
      signed(header, { ...claims, ...change }, key)
  const now = () => Math.floor(Date.now() / 1000)

  test.each<[string, Tamper, RegExp]>([
    ['a token for another trip', changed({ nonce: 'A'.repeat(43) }), /nonce/],
    ['a token without a nonce', changed({ nonce: undefined }), /nonce/],
    ['a token of another issuer', changed({ iss: 'https://evil.example' }), /iss/],
    ['a token for another client', changed({ aud: 'another' }), /aud/],
    ['a token for two clients, given to the other', changed({ aud: [CLIENT.id, 'another'], azp: 'another' }), /azp/],
    ['a token that is over', (token) => changed({ iat: now() - 900, exp: now() - 300 })(token), /exp/],
    ['a token without a subject', changed({ sub: undefined }), /sub/],
    ['an unsigned token', ({ claims }) => `${encoded({ alg: 'none', typ: 'JWT' }, claims)}.`, /alg/],
    ['a token that names its key and has no signature', ({ header, claims }) => `${encoded(header, claims)}.`, /signature/],
    ['a token signed by another key', ({ header, claims }) => signed(header, claims, newKey()), /signature/],
    [
      'a token signed with the client secret',
      ({ claims }) => {
        const text = encoded({ alg: 'HS256', typ: 'JWT' }, claims)
        return `${text}.${createHmac('sha256', CLIENT.secret).update(text).digest('base64url')}`
      },
      /alg/,
    ],
  ])('%s', async (_, tamper, reason) => {
    meeting.issuer.tamper = tamper
    const { visitor, url } = await signOn(meeting, 'u-1')
    await expectFailed(visitor, url, reason)
  })

  test('that carries another state, or none', async () => {
    for (const state of ['B'.repeat(43), undefined]) {
      const { visitor, back } = await signOn(meeting, 'u-1', { halt: true })
      if (state === undefined) back.searchParams.delete('state')
      else back.searchParams.set('state', state)
      await expectFailed(visitor, (await visitor.go(back.href)).url, /state/)
    }
  })

  test('that says to be of another issuer', async () => {
    const { visitor, back } = await signOn(meeting, 'u-1', { halt: true })
    back.searchParams.set('iss', 'https://evil.example')
    await expectFailed(visitor, (await visitor.go(back.href)).url, /iss/)
  })

  test('that was taken before', async () => {
    const { visitor, back } = await signOn(meeting, 'u-1', { halt: true })
    const key = `${new URL(meeting.url).host} adit_trip`
    const trip = visitor.cookies.get(key)
    expect((await visitor.go(back.href)).url.pathname).toBe('/')
    expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'lin' })
    const thief = new Visitor()
    await expectFailed(thief, (await thief.go(back.href)).url, /did not ask/)
    // even with all that the first browser had
    if (trip) thief.cookies.set(key, trip)
    await expectFailed(thief, (await thief.go(back.href)).url, /taken before/)
  })

  test('that is meant for another browser: neither is its user signed in here, nor here signed in as theirs', async () => {
    const attacker = await signOn(meeting, 'u-2', { halt: true })
    const victim = new Visitor()
    await expectFailed(victim, (await victim.go(attacker.back.href)).url, /did not ask/)
    // the victim has a trip of their own under way
    await leave(meeting, victim)
    await expectFailed(victim, (await victim.go(attacker.back.href)).url, /state/)
  })

  test('whose code was put into a trip of somebody else', async () => {
    const stolen = (await signOn(meeting, 'u-1', { halt: true })).back.searchParams.get('code')
    const { visitor, back } = await signOn(meeting, 'u-2', { halt: true })
    back.searchParams.set('code', stolen ?? '')
    await expectFailed(visitor, (await visitor.go(back.href)).url, /invalid_grant/)
  })
})

describe('and besides', () => {
  beforeAll(begin)
  afterAll(() => meeting.close())

  test('nobody is led to another site, whatever the address says', async () => {
    for (const to of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example/',
      '/\t/evil.example',
      '\\\\evil.example',
      `/${'a'.repeat(300)}`,
    ]) {
      const { url } = await signOn(meeting, 'u-1', { to })
      expect(url.href, to).toBe(`${meeting.url}/`)
    }
    const { url } = await signOn(meeting, 'u-1', { to: '/..//evil.example' })
    expect(url.host).toBe(new URL(meeting.url).host)
  })

  test('the issuer is told the configured address, and no name that a request brings', async () => {
    const headers = { host: 'localhost', 'x-forwarded-host': 'evil.example' }
    const { statusCode, headers: answer } = await meeting.app.inject({ url: '/api/v1/session/oidc', headers })
    const redirect = new URL(String(answer.location)).searchParams
    expect([statusCode, redirect.get('redirect_uri')]).toEqual([303, `${meeting.url}/api/v1/session/oidc/callback`])
    expect(redirect.get('code_challenge_method')).toBe('S256')
    const other = { host: 'evil.example' }
    expect((await meeting.app.inject({ url: '/api/v1/session/oidc', headers: other })).statusCode).toBe(421)
  })

  test('no code, token or client secret is kept, recorded or logged, neither when all goes well nor when it does not', async () => {
    const codes: string[] = []
    for (const tamper of [
      undefined,
      (): string => 'not a token',
      ({ claims }) => `${encoded({ alg: 'none' }, claims)}.`,
    ] satisfies (Tamper | undefined)[]) {
      meeting.issuer.tamper = tamper
      const { back, visitor } = await signOn(meeting, 'u-1')
      codes.push(back.searchParams.get('code') ?? '')
      await visitor.go(back.href)
    }
    const kept = [
      ...meeting.log,
      JSON.stringify(meeting.sample.audit.entries()),
      JSON.stringify(await meeting.sample.users.list()),
    ].join()
    const secrets = [...codes, ...meeting.issuer.tokens, CLIENT.secret]
    expect(meeting.log.join()).toMatch('could not sign in through the issuer')
    expect(secrets.length).toBeGreaterThanOrEqual(10)
    for (const secret of secrets.flatMap((text) => [text, ...text.split('.').filter((part) => part.length > 40)])) {
      expect(secret.length).toBeGreaterThan(20)
      expect(kept.includes(secret), secret).toBe(false)
    }
  })
})
