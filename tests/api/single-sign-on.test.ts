import { afterEach, describe, expect, test } from 'vitest'
import { addUser, resetUser } from '../../src/users/enrol.ts'
import { newTrip } from '../../src/users/oidc-trip.ts'
import { Visitor } from '../servers/visitor.ts'
import { callerOf, leave, type Meeting, meet, type SetUp, signOn } from './issuer-and-service.ts'
import { codeOf, trySignIn } from './sign-in.ts'

const PEOPLE = {
  'u-1': { preferred_username: 'Lin Wei', groups: ['adit-luxi', 'staff'] },
  'u-2': { preferred_username: 'wang', groups: ['staff'] },
  'u-3': { preferred_username: 'zhao', groups: ['adit-admin'] },
}
const MAPPING = {
  claim: 'groups',
  grants: [
    { value: 'adit-admin', role: 'admin', counties: 'all' },
    { value: 'adit-luxi', role: 'inspector', counties: ['533103'] },
    { value: 'adit-audit', role: 'auditor', counties: 'all' },
  ],
}
const CARD = { acr: ['urn:county:card'], amr: ['otp'] }

let meeting: Meeting
afterEach(() => meeting.close())

async function begin(setUp: Partial<SetUp> = {}): Promise<void> {
  meeting = await meet({ people: { ...PEOPLE }, ...setUp })
}

/** An account that an admin prepared. */
function prepare(user: string, name: string, role: 'operator' | 'admin' = 'operator', counties: string[] | null = null) {
  const identity = { key: meeting.keyOf(user), rights: 'given' } as const
  return addUser(meeting.sample.users, { name, role, counties, secondFactor: false, password: null, identity }, 0)
}

/** The records of the last sign-in's end. */
function lastRecord() {
  const { actor, subject, outcome, detail } = meeting.sample.audit.entries().at(-1) ?? {}
  return { actor, subject, outcome, why: detail?.why, reason: detail?.reason }
}

describe('whom an admin prepared', () => {
  test('comes back to the page they wanted as who they are, and it is on record', async () => {
    await begin()
    await prepare('u-1', 'lin', 'operator', ['533103'])
    const { url, visitor } = await signOn(meeting, 'u-1', { to: '/alerts?q=矿&x=1' })
    expect(url.href).toBe(`${meeting.url}/alerts?q=${encodeURIComponent('矿')}&x=1`)
    expect(await callerOf(meeting, visitor)).toEqual({ kind: 'user', name: 'lin', role: 'operator', counties: ['533103'] })
    expect(lastRecord()).toMatchObject({ actor: 'user:lin', subject: 'lin', outcome: 'done' })
    expect(visitor.cookie(meeting.url, 'adit_trip')).toBeUndefined()
    const answer = await visitor.ask(new URL('/api/v1/session', meeting.url))
    const { until, hasPassword } = await answer.json()
    expect(Date.parse(until) - Date.now()).toBeLessThanOrEqual(12 * 3_600_000)
    expect(hasPassword).toBe(false)
  })

  test('has no password: none that is typed lets anybody in, and none can be changed', async () => {
    await begin()
    await prepare('u-1', 'lin')
    for (const password of ['lin', ' ', '$argon2id$']) {
      expect((await trySignIn(meeting.app, { name: 'lin', password })).statusCode).toBe(401)
    }
    await resetUser(meeting.sample.users, 'lin', null, 0)
    expect(await meeting.sample.users.find('lin')).toMatchObject({ password: '', identity: { key: meeting.keyOf('u-1') } })
  })

  test('is out at once when the account is disabled, and told so when they come again', async () => {
    await begin()
    await prepare('u-1', 'lin')
    const { visitor } = await signOn(meeting, 'u-1')
    await meeting.sample.users.disable('lin', 1)
    expect(await callerOf(meeting, visitor)).toBeNull()
    const again = await signOn(meeting, 'u-1', { visitor })
    expect(again.url.href).toBe(`${meeting.url}/sign-in?refused=disabled&to=%2F`)
    expect(await callerOf(meeting, visitor)).toBeNull()
  })

  test('keeps the role that was given, whatever the issuer says', async () => {
    await begin({ oidc: { mapping: MAPPING } })
    await prepare('u-3', 'zhao', 'operator')
    const { visitor } = await signOn(meeting, 'u-3')
    expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'zhao', role: 'operator' })
  })
})

describe('whom nobody prepared', () => {
  test('is told so on the page, gets nothing, leaves no account, and is on record', async () => {
    await begin()
    await prepare('u-1', 'lin')
    const { url, visitor } = await signOn(meeting, 'u-2', { to: '/map' })
    expect(url.href).toBe(`${meeting.url}/sign-in?refused=unknown&to=%2Fmap`)
    expect(await callerOf(meeting, visitor)).toBeNull()
    expect(lastRecord()).toMatchObject({
      ...{ actor: 'nobody', subject: meeting.keyOf('u-2'), outcome: 'refused', why: 'unknown' },
      reason: 'the issuer knows them, and nobody here gave them a role',
    })
    expect((await meeting.sample.users.list()).map(({ name }) => name)).toEqual(['lin'])
  })

  test('who presses Cancel at the issuer is back on the page', async () => {
    await begin()
    const visitor = new Visitor()
    const page = await leave(meeting, visitor)
    const { url } = await visitor.go(page.url.href, { method: 'POST', body: new URLSearchParams({ abort: '1' }) })
    expect(url.href).toBe(`${meeting.url}/sign-in?refused=cancelled&to=%2F`)
  })

  test.each([true, false])(
    'gets role and counties of the first grant that fits; claims in the ID token: %s',
    async (inIdToken) => {
      await begin({ oidc: { mapping: MAPPING }, inIdToken })
      const { visitor } = await signOn(meeting, 'u-1')
      expect(await callerOf(meeting, visitor)).toEqual({ kind: 'user', name: 'lin-wei', role: 'inspector', counties: ['533103'] })
      const second = await signOn(meeting, 'u-2')
      expect(second.url.searchParams.get('refused')).toBe('unknown')
    },
  )

  test('gets it anew each time: another group is another role, in open sessions too, and no group ends them', async () => {
    const people: SetUp['people'] = { ...PEOPLE }
    await begin({ people, oidc: { mapping: MAPPING } })
    const { visitor } = await signOn(meeting, 'u-1')
    people['u-1'] = { preferred_username: 'Lin Wei', groups: ['adit-audit', 'staff'] }
    await signOn(meeting, 'u-1')
    expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'lin-wei', role: 'auditor', counties: null })
    people['u-1'] = { preferred_username: 'Lin Wei', groups: 'staff' }
    expect((await signOn(meeting, 'u-1')).url.searchParams.get('refused')).toBe('unknown')
    expect(await callerOf(meeting, visitor)).toBeNull()
  })

  test('never gets the account of somebody else who is called the same', async () => {
    await begin({ people: { 'u-4': PEOPLE['u-1'], 'u-5': PEOPLE['u-1'] }, oidc: { mapping: MAPPING } })
    const person = { name: 'lin-wei', role: 'auditor', counties: null, secondFactor: false, password: null } as const
    await addUser(meeting.sample.users, person, 0)
    const names: string[] = []
    for (const login of ['u-4', 'u-5', 'u-4']) {
      const { visitor } = await signOn(meeting, login)
      names.push((await callerOf(meeting, visitor)).name)
    }
    expect(names).toEqual([expect.stringMatching(/^lin-wei-[0-9a-f]{8}$/), expect.stringMatching(/^lin-wei-/), names[0]])
    expect(names[1]).not.toBe(names[0])
  })

  test('an address of mail names somebody only when the issuer has verified it', async () => {
    const mail = { email: 'Lin@county.example', email_verified: false }
    const people: SetUp['people'] = { 'u-6': mail }
    await begin({ people, oidc: { userClaim: 'email' } })
    await prepare('Lin@county.example', 'lin')
    expect((await signOn(meeting, 'u-6')).url.searchParams.get('refused')).toBe('failed')
    people['u-6'] = { ...mail, email_verified: true }
    expect(await callerOf(meeting, (await signOn(meeting, 'u-6')).visitor)).toMatchObject({ name: 'lin' })
  })
})

describe('an admin through the issuer', () => {
  const showCode = (visitor: Visitor, code: string, headers: Record<string, string> = {}) =>
    visitor.ask(new URL('/api/v1/session/oidc/code', meeting.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ code }),
    })

  test('shows a code of ours too, as nothing says that the issuer asked for one', async () => {
    await begin()
    const zhao = await prepare('u-3', 'zhao', 'admin')
    meeting.issuer.methods = ['pwd', 'otp', 'card']
    const { url, visitor } = await signOn(meeting, 'u-3', { to: '/map' })
    expect(url.href).toBe(`${meeting.url}/sign-in?step=code&to=%2Fmap`)
    expect(await callerOf(meeting, visitor)).toBeNull()
    expect(lastRecord()).toMatchObject({ actor: 'nobody', subject: 'zhao', outcome: 'refused' })
    expect((await showCode(visitor, '000000')).status).toBe(401)
    expect((await showCode(visitor, codeOf(zhao), { origin: 'https://evil.example' })).status).toBe(403)
    expect((await showCode(new Visitor(), codeOf(zhao))).status).toBe(401)
    expect((await showCode(visitor, codeOf(zhao))).status).toBe(204)
    expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'zhao', role: 'admin' })
    expect(lastRecord()).toMatchObject({ actor: 'user:zhao', outcome: 'done' })
    expect(visitor.cookie(meeting.url, 'adit_vouched')).toBeUndefined()
  })

  test('wrong codes are slowed down as wrong passwords are', async () => {
    await begin()
    const zhao = await prepare('u-3', 'zhao', 'admin')
    const { visitor } = await signOn(meeting, 'u-3')
    const codes: number[] = []
    for (let time = 0; time < 6; time++) codes.push((await showCode(visitor, '000000')).status)
    expect(codes).toEqual([401, 401, 401, 401, 401, 429])
    expect((await showCode(visitor, codeOf(zhao))).status).toBe(429)
  })

  test('who is disabled before they show the code does not get in', async () => {
    await begin()
    const zhao = await prepare('u-3', 'zhao', 'admin')
    const { visitor } = await signOn(meeting, 'u-3')
    await meeting.sample.users.disable('zhao', 1)
    expect((await showCode(visitor, codeOf(zhao))).status).toBe(401)
  })

  test.each([['otp'], ['card']])(
    'who showed %s there needs no code of ours, as the configuration says that it counts',
    async (method) => {
      await begin({ oidc: { secondFactor: CARD, mapping: MAPPING } })
      await prepare('u-1', 'lin', 'admin')
      meeting.issuer.methods = ['pwd', method]
      for (const [login, name] of [
        ['u-1', 'lin'],
        ['u-3', 'zhao'],
      ]) {
        const { visitor } = await signOn(meeting, login)
        expect(await callerOf(meeting, visitor)).toMatchObject({ name, role: 'admin' })
      }
    },
  )

  test('who showed a password alone is not let in by the mapping, until a code of ours was given to them', async () => {
    await begin({ oidc: { secondFactor: CARD, mapping: MAPPING } })
    const { url, visitor } = await signOn(meeting, 'u-3')
    expect(url.searchParams.get('refused')).toBe('second-factor')
    expect(await callerOf(meeting, visitor)).toBeNull()
    const zhao = await resetUser(meeting.sample.users, 'zhao', null, 0)
    await signOn(meeting, 'u-3', { visitor })
    expect((await showCode(visitor, codeOf(zhao))).status).toBe(204)
    expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'zhao', role: 'admin' })
  })
})

test('a trip cookie shows nobody the way past a second factor, and reading takes a login from the start', async () => {
  await begin()
  expect((await fetch(`${meeting.url}/api/v1/mines`)).status).toBe(401)
  const visitor = new Visitor()
  await prepare('u-3', 'zhao', 'admin')
  const { cookie } = newTrip(meeting.sample.users.secret, '/zhao', Date.now())
  visitor.cookies.set(`${new URL(meeting.url).host} adit_vouched`, { value: cookie, path: '/' })
  const body = JSON.stringify({ code: '123456' })
  const headers = { 'content-type': 'application/json' }
  const answer = await visitor.ask(new URL('/api/v1/session/oidc/code', meeting.url), { method: 'POST', headers, body })
  expect((await answer.json()).code).toBe('sign-in-over')
})
