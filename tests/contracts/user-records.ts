import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { User, UserRecords } from '../../src/users/user-records.ts'

/** One place for accounts on lasting storage; opening it again is a restart, or a command beside the service. */
export interface UsersUnderTest {
  open(): Promise<UserRecords>
}

const LIN: User = {
  name: 'lin',
  role: 'inspector',
  counties: ['411282', "灵宝'"],
  password: '$argon2id$…',
  totp: Uint8Array.of(0, 1, 254, 255),
  createdAt: 1_790_000_000_123,
  disabledAt: null,
  identity: null,
}
const HASH = Uint8Array.from({ length: 32 }, (_, at) => at * 7)
const OTHER = HASH.toReversed()

/** What every place for accounts keeps. `create` gives a new, empty one. */
export function describeUserRecords(name: string, create: () => Promise<UsersUnderTest>): void {
  describe(`accounts in ${name}`, () => {
    let open: UsersUnderTest['open']
    let users: UserRecords
    beforeEach(async () => {
      open = (await create()).open
      users = await open()
    })
    afterEach(() => users.close())

    test('come back as they were, over a restart too, and so does the secret that was made with them', async () => {
      expect(await users.any()).toBe(false)
      await users.put({ ...LIN, name: 'wang', counties: null, totp: null, disabledAt: 5 }, [])
      await users.put(LIN, [HASH])
      const { secret } = users
      await users.close()
      users = await open()
      expect([...users.secret]).toEqual([...secret])
      expect(secret.length).toBe(32)
      expect(await users.any()).toBe(true)
      expect((await users.list()).map(({ name }) => name)).toEqual(['lin', 'wang'])
      const lin = await users.find('lin')
      expect({ ...lin, totp: [...(lin?.totp ?? [])] }).toEqual({ ...LIN, totp: [0, 1, 254, 255] })
      expect(await users.find('wang')).toMatchObject({ counties: null, totp: null, disabledAt: 5 })
      expect(await users.find('nobody')).toBeUndefined()
    })

    test('what one has open another changes: it holds at once', async () => {
      const beside = await open()
      await beside.put(LIN, [HASH])
      expect(await users.any()).toBe(true)
      await users.openSession(OTHER, 'lin', 10)
      expect(await beside.disable('lin', 20)).toBe(true)
      expect(await beside.disable('lin', 30)).toBe(false)
      expect(await users.findSession(OTHER)).toBeUndefined()
      expect((await users.find('lin'))?.disabledAt).toBe(20)
      await beside.close()
    })

    test('whom an issuer vouches for is found by it, once, and no more when their place is taken', async () => {
      const identity = { key: "https://issuer.example/ sub O'Lin", rights: 'mapped' } as const
      await users.put({ ...LIN, password: '', identity }, [])
      await users.put({ ...LIN, name: 'wang' }, [])
      expect(await users.findIdentity(identity.key)).toMatchObject({ name: 'lin', identity })
      expect(await users.findIdentity('https://issuer.example/ sub another')).toBeUndefined()
      expect((await users.list()).map((user) => user.identity)).toEqual([identity, null])
      await expect(users.put({ ...LIN, name: 'zhao', identity }, [])).rejects.toThrow()
      expect(await users.find('zhao')).toBeUndefined()
      await users.openSession(HASH, 'lin', 10)
      expect((await users.findSession(HASH))?.user.identity).toEqual(identity)
      await users.put(LIN, [])
      expect(await users.findIdentity(identity.key)).toBeUndefined()
    })

    test('other rights hold in open sessions, and all of somebody’s sessions end together', async () => {
      await users.put(LIN, [])
      await users.put({ ...LIN, name: 'wang' }, [])
      await users.openSession(HASH, 'lin', 10)
      await users.openSession(OTHER, 'wang', 10)
      await users.setRights('lin', 'auditor', null)
      expect((await users.findSession(HASH))?.user).toMatchObject({ name: 'lin', role: 'auditor', counties: null })
      expect((await users.find('wang'))?.role).toBe('inspector')
      await users.closeSessionsOf('lin')
      expect(await users.findSession(HASH)).toBeUndefined()
      expect(await users.findSession(OTHER)).toBeDefined()
    })

    test('a password takes the place of the one it was changed from, and ends all sessions but one', async () => {
      await users.put(LIN, [HASH])
      await users.put({ ...LIN, name: 'wang' }, [])
      const [here, there, theirs] = [1, 2, 3].map((first) => Uint8Array.of(first, ...OTHER.slice(1)))
      for (const [session, name] of [
        [here, 'lin'],
        [there, 'lin'],
        [theirs, 'wang'],
      ] as const)
        await users.openSession(session, name, 10)
      expect(await users.setPassword('lin', LIN.password, 'new', here)).toBe(true)
      const found = await Promise.all([here, there, theirs].map((session) => users.findSession(session)))
      expect(found.map((session) => session?.user.password)).toEqual(['new', undefined, LIN.password])
      expect(await users.takeRecovery('lin', HASH)).toBe(true)
      // somebody was quicker, or the account is disabled
      expect(await users.setPassword('lin', LIN.password, 'newer', here)).toBe(false)
      await users.disable('lin', 20)
      expect(await users.setPassword('lin', 'new', 'newer', here)).toBe(false)
      expect((await users.find('lin'))?.password).toBe('new')
    })

    test('a step of the second factor is taken once, and none before it after it', async () => {
      await users.put(LIN, [])
      const taken = await Promise.all([7, 7, 7].map((step) => users.takeStep('lin', step)))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect([await users.takeStep('lin', 6), await users.takeStep('lin', 8), await users.takeStep('nobody', 9)]).toEqual([
        false,
        true,
        false,
      ])
    })

    test('a recovery code is taken once, by whom it was given to', async () => {
      await users.put(LIN, [HASH])
      await users.put({ ...LIN, name: 'wang' }, [OTHER])
      expect(await users.takeRecovery('lin', OTHER)).toBe(false)
      const taken = await Promise.all([HASH, HASH].map((hash) => users.takeRecovery('lin', hash)))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await users.takeRecovery('wang', OTHER)).toBe(true)
    })

    test('who takes the place of an account finds nothing of the one before', async () => {
      await users.put(LIN, [HASH])
      await users.openSession(OTHER, 'lin', 10)
      await users.takeStep('lin', 50)
      await users.put({ ...LIN, role: 'admin' }, [])
      expect(await users.findSession(OTHER)).toBeUndefined()
      expect(await users.takeRecovery('lin', HASH)).toBe(false)
      expect(await users.takeStep('lin', 50)).toBe(true)
    })

    test('a session is found until it is closed, with when it was opened and seen', async () => {
      await users.put(LIN, [])
      await users.openSession(HASH, 'lin', 100)
      await users.openSession(OTHER, 'lin', 200)
      await users.seeSession(HASH, 300)
      expect(await users.findSession(HASH)).toMatchObject({ user: { name: 'lin' }, openedAt: 100, seenAt: 300 })
      await users.closeSessions(50, 250)
      expect(await users.findSession(OTHER)).toBeUndefined()
      await users.closeSessions(101, 0)
      expect(await users.findSession(HASH)).toBeUndefined()
      await users.openSession(HASH, 'lin', 400)
      await users.closeSession(HASH)
      expect(await users.findSession(HASH)).toBeUndefined()
    })

    test('tries are counted from the first, many at once as many, and anew when they are over', async () => {
      const counted = await Promise.all(Array.from({ length: 8 }, () => users.countTry('a', 100, 0)))
      expect(counted.map(({ tries }) => tries).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(await users.countTry('a', 150, 99)).toEqual({ tries: 9, beganAt: 100 })
      await users.takeBackTry('a')
      await users.takeBackTry('unknown')
      expect(await users.countTry('a', 160, 99)).toEqual({ tries: 9, beganAt: 100 })
      expect(await users.countTry('b', 170, 99)).toEqual({ tries: 1, beganAt: 170 })
      expect(await users.countTry('a', 200, 100)).toEqual({ tries: 1, beganAt: 200 })
      await users.forgetTries('b')
      expect(await users.countTry('b', 210, 0)).toEqual({ tries: 1, beganAt: 210 })
    })
  })
}
