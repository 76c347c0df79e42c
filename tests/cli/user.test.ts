import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeOf } from '../api/sign-in.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

let data: string
let running: Started | undefined
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'adit-user-'))
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  running = undefined
  rmSync(data, { recursive: true })
})

test('accounts are made, disabled and reset beside the running service, and hold at once', async () => {
  seedLedger(data, 2)
  running = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  const [, http] = /(http:\S+)/.exec(await running.firstLine) ?? []
  if (http === undefined) throw new Error('not ready')
  const mines = async (cookie = '') => {
    const response = await fetch(`${http}/api/v1/mines`, { headers: { cookie } })
    return response.ok ? (await response.json()).items.length : response.status
  }
  const signIn = async ({ name, password, code = '' }: { name: string; password: string; code?: string }) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${http}/api/v1/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, password, code }),
    })
    return {
      status: response.status,
      cookie: response.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    }
  }
  const user = async (...words: string[]) => JSON.parse((await runAdit('user', ...words, '--data', data, '--json')).stdout)

  expect(await mines()).toBe(1)
  const lin = await user('add', 'lin', '--role', 'admin')
  expect(lin).toEqual({
    name: 'lin',
    password: expect.stringMatching(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/),
    secondFactor: expect.stringMatching(/^otpauth:\/\/totp\/Adit:lin\?secret=[A-Z2-7]{32}&issuer=Adit$/),
    recoveryCodes: Array(8).fill(expect.stringMatching(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/)),
  })
  expect(await mines()).toBe(401)

  const admin = await signIn({ name: 'lin', password: lin.password, code: codeOf(lin) })
  expect(await mines(admin.cookie)).toBe(1)
  const wang = await user('add', 'wang', '--role', 'bureau', '--county', 'Luxi', '--county', '4112')
  const far = await user('add', 'zhao', '--role', 'bureau', '--county', '4112')
  expect(await mines((await signIn(wang)).cookie)).toBe(1)
  expect(await mines((await signIn(far)).cookie)).toBe(0)

  expect(await user('disable', 'lin')).toEqual({ name: 'lin', disabled: true, changed: true })
  expect(await mines(admin.cookie)).toBe(401)
  expect((await signIn({ name: 'lin', password: lin.password, code: lin.recoveryCodes[0] })).status).toBe(401)
  const again = await user('reset', 'lin')
  expect(again.secondFactor).not.toBe(lin.secondFactor)
  const back = await signIn({ name: 'lin', password: again.password, code: again.recoveryCodes[0] })
  expect(await mines(back.cookie)).toBe(1)
  expect((await user('list')).users).toMatchObject([
    { name: 'lin', role: 'admin', counties: null, secondFactor: true, disabled: false },
    { name: 'wang', role: 'bureau', counties: ['Luxi', '4112'], secondFactor: false },
    { name: 'zhao' },
  ])
})

test('a name that is taken or none, and a user who is not there, are refused; a county that nothing lies in is told', async () => {
  seedLedger(data, 1)
  const add = (...words: string[]) => runAdit('user', 'add', ...words, '--role', 'operator', '--data', data)
  expect((await add('lin', '--county', 'Luxi')).stderr).toBe('')
  const refused: [Promise<{ code: number | null; stderr: string }>, RegExp][] = [
    [add('LIN'), /a user lin already: "adit user reset lin"/],
    [add('l'), /cannot name a user: use 2 to 64 letters/],
    [runAdit('user', 'disable', 'nobody', '--data', data), /no user nobody; "adit user list"/],
    [runAdit('user', 'reset', 'nobody', '--data', data), /no user nobody/],
  ]
  for (const [ending, reason] of refused) {
    const { code, stderr } = await ending
    expect([code, stderr]).toEqual([1, expect.stringMatching(reason)])
  }
  const slip = await runAdit('token', 'add', '--role', 'bureau', '--county', 'Luxo', '--data', data, '--json')
  expect(slip.stderr).toMatch(/lies in Luxo: nothing is visible by it[\s\S]*Known: Luxi/)
  expect(JSON.parse(slip.stdout)).toEqual({ role: 'bureau', counties: ['Luxo'], token: expect.stringMatching(/^adit_/) })
})
