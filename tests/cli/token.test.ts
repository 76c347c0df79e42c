import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

let data: string
let running: Started | undefined
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'adit-token-'))
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  running = undefined
  rmSync(data, { recursive: true })
})

test('tokens are listed without their secrets and revoked beside the running service, at once and on record', async () => {
  seedLedger(data, 1)
  running = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  const [, http] = /(http:\S+)/.exec(await running.firstLine) ?? []
  const token = (...words: string[]) => runAdit('token', ...words, '--data', data, '--json')
  const status = async (bearer: string) =>
    (await fetch(`${http}/api/v1/mines`, { headers: { authorization: `Bearer ${bearer}` } })).status

  const bureau = JSON.parse((await token('add', '--role', 'bureau', '--county', 'Luxi')).stdout).token
  const first = readFileSync(join(data, 'admin-token'), 'utf8').trim()
  const [id] = /[0-9a-f]{12}/.exec(bureau) ?? []
  expect([await status(bureau), await status(first)]).toEqual([200, 200])
  const listed = await token('list')
  expect(JSON.parse(listed.stdout)).toEqual({
    tokens: [
      { id: first.split('_')[1], role: 'admin', counties: null, since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
      { id, role: 'bureau', counties: ['Luxi'], since: expect.any(String) },
    ],
  })

  expect(JSON.parse((await token('revoke', id ?? '')).stdout)).toEqual({ id, revoked: true })
  expect([await status(bureau), await status(first)]).toEqual([401, 200])
  const shown = await runAdit('token', 'list', '--data', data)
  expect(shown.stdout.trim().split('\n')).toEqual([expect.stringMatching(/^[0-9a-f]{12} {2}admin {2}all counties {2}\d{4}/)])
  const again = await runAdit('token', 'revoke', bureau, '--data', data)
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/no token [0-9a-f]{12}; "adit token list"/)])
  const { records } = JSON.parse((await runAdit('audit', '--data', data, '--json')).stdout)
  const revoked = records.filter(({ action }: { action: string }) => action === 'token.revoke')
  expect(revoked.map(({ subject, outcome }: Record<string, string>) => [subject, outcome])).toEqual([
    [id, 'begun'],
    [id, 'done'],
    [id, 'begun'],
    [id, 'refused'],
  ])
  const secrets = [bureau, first].map((whole) => whole.split('_').slice(2).join('_'))
  const told = [listed.stdout, shown.stdout, again.stderr, JSON.stringify(records)].join()
  for (const secret of secrets) expect(told.includes(secret)).toBe(false)
})
