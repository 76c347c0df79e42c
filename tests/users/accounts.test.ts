import { createHook } from 'node:async_hooks'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Role } from '../../model/role.ts'
import type { SignInAttempt } from '../../model/session.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'
import { addUser, type Enrolled, resetUser } from '../../src/users/enrol.ts'
import { codeOf } from '../api/sign-in.ts'

const NOON = Date.UTC(2026, 10, 27, 4)
const MINUTE = 60_000

let directory: string
let users: DatabaseUsers
let accounts: Accounts
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-users-'))
  users = await DatabaseUsers.open({ kind: 'embedded' }, { users: join(directory, 'users.db') })
  accounts = new Accounts(users)
})
afterEach(async () => {
  await users.close()
  rmSync(directory, { recursive: true })
})

function add(name: string, role: Role = 'operator', secondFactor = false): Promise<Enrolled> {
  return addUser(users, { name, role, counties: null, secondFactor, password: null }, NOON)
}

function attempt(name: string, password: string, change: Partial<SignInAttempt> = {}) {
  return accounts.signIn({ name, password, code: '', address: '192.0.2.1', device: '', now: NOON, ...change })
}

async function tryWrongly(name: string, times: number, change: Partial<SignInAttempt> = {}): Promise<string[]> {
  const outcomes: string[] = []
  for (let time = 0; time < times; time++) outcomes.push((await attempt(name, 'a wrong guess', change)).outcome)
  return outcomes
}

async function signedIn(person: Enrolled, change: Partial<SignInAttempt> = {}) {
  const result = await attempt(person.name, person.password, { code: codeOf(person, change.now ?? NOON), ...change })
  if (result.outcome !== 'signed-in') throw new Error(`${person.name} is ${result.outcome}`)
  return result
}

describe('guessing', () => {
  const FIVE = Array<string>(5).fill('refused')

  test('an account is tried five times in a quarter of an hour, and then the right password is not looked at either', async () => {
    const lin = await add('lin')
    expect(await tryWrongly('lin', 6)).toEqual([...FIVE, 'paused'])
    expect(await attempt('lin', lin.password, { address: '198.51.100.7', now: NOON + MINUTE })).toEqual({
      outcome: 'paused',
      seconds: 14 * 60,
    })
    await signedIn(lin, { now: NOON + 15 * MINUTE })
  })

  test('whoever goes on trying does not prolong the wait', async () => {
    const lin = await add('lin')
    for (let minute = 0; minute < 15; minute += 3)
      await tryWrongly('lin', 3, { now: NOON + minute * MINUTE, address: `192.0.2.${minute}` })
    await signedIn(lin, { now: NOON + 15 * MINUTE })
  })

  test('the right password ends the count', async () => {
    const lin = await add('lin')
    await tryWrongly('lin', 4)
    await signedIn(lin)
    expect(await tryWrongly('lin', 6)).toEqual([...FIVE, 'paused'])
  })

  test('many tries at once are counted as many', async () => {
    await add('lin')
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => attempt('lin', 'a wrong guess')))
    expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toHaveLength(5)
  })

  test('an address has twenty tries, over all names, and an IPv6 customer is one address', async () => {
    const lin = await add('lin')
    const at = (end: string) => ({ address: `2001:db8:7:1::${end}` })
    for (let person = 0; person < 20; person++)
      expect(await tryWrongly(`name-${person}`, 1, at(String(person)))).toEqual(['refused'])
    expect((await attempt('lin', lin.password, at('ffff'))).outcome).toBe('paused')
    await signedIn(lin, { address: '2001:db8:7:2::1' })
  })

  test('who is kept waiting by their own account uses up no tries of their office', async () => {
    await add('lin')
    await tryWrongly('lin', 60)
    expect(await tryWrongly('wang', 1)).toEqual(['refused'])
  })

  test('a stranger who uses up the tries of an account for hours keeps nobody out of the browser they signed in with before', async () => {
    const lin = await add('lin', 'admin')
    const { device } = await signedIn(lin)
    for (let hour = 1; hour <= 3; hour++) {
      const now = NOON + hour * 60 * MINUTE
      expect((await tryWrongly('lin', 6, { now, address: '203.0.113.9' })).at(-1)).toBe('paused')
      expect((await attempt('lin', lin.password, { code: codeOf(lin, now), now })).outcome).toBe('paused')
      await signedIn(lin, { device, now })
    }
    const later = NOON + 20 * 60 * MINUTE
    // for another name, or changed, it is a stranger's
    expect((await tryWrongly('wang', 6, { device, now: later })).at(-1)).toBe('paused')
    // and that browser has no more tries than any other
    expect(await tryWrongly('lin', 6, { device, now: later })).toEqual([...FIVE, 'paused'])
    expect(accounts.deviceOf(`${device.slice(0, -1)}${device.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()
  })

  test('an unknown name, a wrong password, a wrong code and a disabled account give one answer after one hash, and pause alike', async () => {
    const lin = await add('lin')
    const zhao = await add('zhao', 'admin')
    const gone = await add('gone')
    await users.disable('gone', NOON)
    let hashes = 0
    const counting = createHook({ init: (_id, type) => (hashes += type === 'ARGON2REQUEST' ? 1 : 0) }).enable()
    const cases: [string, string, Partial<SignInAttempt>][] = [
      ['nobody', 'a wrong guess', {}],
      [lin.name, 'a wrong guess', {}],
      [zhao.name, zhao.password, { code: '000000' }],
      [zhao.name, 'a wrong guess', { code: codeOf(zhao, NOON) }],
      [gone.name, gone.password, {}],
    ]
    for (const [name, password, change] of cases) {
      hashes = 0
      expect(await attempt(name, password, change), name).toEqual({
        outcome: 'refused',
        account: name === 'nobody' ? null : name,
      })
      expect(hashes, name).toBe(1)
    }
    counting.disable()
    const address = '192.0.2.2'
    expect(await tryWrongly('nobody', 5, { address })).toEqual([...FIVE.slice(1), 'paused'])
    expect(await tryWrongly('lin', 5, { address })).toEqual([...FIVE.slice(1), 'paused'])
  })

  test('a reset ends the wait', async () => {
    await add('lin')
    await tryWrongly('lin', 6)
    const lin = await resetUser(users, 'lin', null, NOON)
    await signedIn(lin)
  })
})

describe('the second factor', () => {
  test('an admin does not get in without, and a code counts once', async () => {
    const lin = await add('lin', 'admin')
    expect((await attempt('lin', lin.password)).outcome).toBe('refused')
    const code = codeOf(lin, NOON)
    await signedIn(lin, { code: ` ${code.slice(0, 3)} ${code.slice(3)}` })
    expect((await attempt('lin', lin.password, { code, now: NOON + 5_000 })).outcome).toBe('refused')
    await signedIn(lin, { now: NOON + 30_000 })
    // an older code than the one that was taken is no way back either
    expect((await attempt('lin', lin.password, { code, now: NOON + 31_000 })).outcome).toBe('refused')
  })

  test('an admin whose second factor is missing from the file does not get in', async () => {
    const lin = await add('lin', 'admin')
    const kept = await users.find('lin')
    if (!kept) throw new Error('lin is gone')
    await users.put({ ...kept, totp: null }, [])
    expect((await attempt('lin', lin.password)).outcome).toBe('refused')
  })

  test('a wrong password spends neither the code nor a recovery code', async () => {
    const lin = await add('lin', 'inspector', true)
    const [recovery] = lin.recoveryCodes
    for (const code of [codeOf(lin, NOON), recovery])
      expect((await attempt('lin', 'a wrong guess', { code })).outcome).toBe('refused')
    await signedIn(lin)
    await signedIn(lin, { code: recovery.toLowerCase().replaceAll('-', ' ') })
    expect((await attempt('lin', lin.password, { code: recovery })).outcome).toBe('refused')
  })
})

describe('a session', () => {
  test('ends after half an hour without use, and what a page asks by itself is no use', async () => {
    const { token } = await signedIn(await add('lin'))
    for (const minute of [29, 58]) expect(await accounts.sessionOf(token, NOON + minute * MINUTE, false)).toBeDefined()
    for (const minute of [70, 80, 87]) expect(await accounts.sessionOf(token, NOON + minute * MINUTE, true)).toBeDefined()
    expect(await accounts.sessionOf(token, NOON + 88 * MINUTE, false)).toBeUndefined()
    expect(await accounts.sessionOf(token, NOON + 60 * MINUTE, false)).toBeUndefined()
  })

  test('is none for who was disabled while signing in', async () => {
    const lin = await add('lin')
    const signingIn = signedIn(lin)
    await new Promise(setImmediate)
    await users.disable('lin', NOON)
    expect(await accounts.sessionOf((await signingIn).token, NOON, false)).toBeUndefined()
  })

  test('ends after twelve hours, however busy', async () => {
    const { token } = await signedIn(await add('lin'))
    for (let minute = 0; minute < 720; minute += 20) {
      expect(await accounts.sessionOf(token, NOON + minute * MINUTE, false)).toMatchObject({ until: NOON + 720 * MINUTE })
    }
    expect(await accounts.sessionOf(token, NOON + 720 * MINUTE, false)).toBeUndefined()
  })

  test.each<[string, (token: string) => Promise<unknown>]>([
    ['signing out', (token) => accounts.signOut(token)],
    ['disabling the account', () => users.disable('lin', NOON)],
    ['a reset', () => resetUser(users, 'lin', null, NOON)],
  ])('ends with %s', async (_, end) => {
    const { token } = await signedIn(await add('lin'))
    expect(await accounts.sessionOf(token, NOON, false)).toMatchObject({ name: 'lin', role: 'operator' })
    await end(token)
    expect(await accounts.sessionOf(token, NOON, false)).toBeUndefined()
  })

  test('nothing on disk lets anybody in: neither password nor token, code, or what was typed as a name', async () => {
    const lin = await add('lin', 'admin')
    const { token } = await signedIn(lin)
    await attempt('my password typed here', 'a wrong guess')
    const disk = readdirSync(directory)
      .map((file) => readFileSync(join(directory, file)).toString('latin1'))
      .join('')
    expect(disk).toMatch(/\$argon2id\$/)
    for (const secret of [
      lin.password,
      token,
      'my password typed here',
      ...lin.recoveryCodes,
      ...lin.recoveryCodes.map((code) => code.replaceAll('-', '')),
    ])
      expect(disk.includes(secret), secret).toBe(false)
  })

  test('one name is one user, however it is typed', async () => {
    const lin = await add('Lin.Wei')
    expect(lin.name).toBe('lin.wei')
    await signedIn({ ...lin, name: ' ＬＩＮ.wei' })
    await expect(add('LIN.WEI')).rejects.toThrow(/lin\.wei already/)
    await expect(add('lin wei')).rejects.toThrow(/cannot name a user/)
  })
})
