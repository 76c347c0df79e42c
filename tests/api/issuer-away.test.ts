import { afterEach, expect, test } from 'vitest'
import { addUser } from '../../src/users/enrol.ts'
import { Visitor } from '../servers/visitor.ts'
import { callerOf, leave, type Meeting, meet, signOn } from './issuer-and-service.ts'
import { signIn } from './sign-in.ts'

const PEOPLE = { 'u-1': { preferred_username: 'lin' } }

let meeting: Meeting
afterEach(() => meeting.close())

function prepare(name: string, user: string | null) {
  const identity = user === null ? null : ({ key: meeting.keyOf(user), rights: 'given' } as const)
  return addUser(
    meeting.sample.users,
    { name, role: 'operator', counties: null, secondFactor: false, password: null, identity },
    0,
  )
}

async function told(): Promise<{ label: string; url: string; reachable: boolean }> {
  return (await (await fetch(`${meeting.url}/api/v1/session`)).json()).singleSignOn
}

test('while the issuer is away the service starts, accounts with a password sign in, and it is used as soon as it is back', async () => {
  meeting = await meet({ people: PEOPLE }, (issuer) => issuer.stop())
  await prepare('lin', 'u-1')
  expect(await told()).toEqual({ label: '县统一认证', url: `${meeting.url}/api/v1/session/oidc`, reachable: false })
  expect((await leave(meeting, new Visitor(), '/map')).url.href).toBe(`${meeting.url}/sign-in?refused=unreachable&to=%2Fmap`)
  await signIn(meeting.app, await prepare('wang', null))

  await meeting.issuer.start()
  const { visitor } = await signOn(meeting, 'u-1')
  expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'lin' })
  expect((await told()).reachable).toBe(true)
})

test('who is under way when the issuer goes away is told so, and comes in when it is back', async () => {
  meeting = await meet({ people: PEOPLE })
  await prepare('lin', 'u-1')
  const { visitor, back } = await signOn(meeting, 'u-1', { halt: true })
  await meeting.issuer.stop()
  expect((await visitor.go(back.href)).url.searchParams.get('refused')).toBe('unreachable')
  expect((await told()).reachable).toBe(false)
  await meeting.issuer.start()
  await signOn(meeting, 'u-1', { visitor })
  expect(await callerOf(meeting, visitor)).toMatchObject({ name: 'lin' })
})

test('a new key of the issuer counts from the next sign-in on', async () => {
  meeting = await meet({ people: PEOPLE })
  await prepare('lin', 'u-1')
  for (let key = 0; key < 3; key++) {
    const { visitor } = await signOn(meeting, 'u-1')
    expect(await callerOf(meeting, visitor), `key ${key}`).toMatchObject({ name: 'lin' })
    meeting.issuer.changeKey()
  }
})
