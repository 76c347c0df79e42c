import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { examine } from '../../src/examine.ts'
import { redirectOf } from '../../src/open-sign-on.ts'
import { freePort } from '../servers/free-port.ts'
import { CLIENT, type Issuer, startIssuer } from '../servers/oidc-issuer.ts'
import { Visitor } from '../servers/visitor.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

let data: string
let file: string
let issuer: Issuer
let url: string
let running: Started | undefined
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'adit-sign-on-'))
  file = join(data, 'adit.yaml')
  issuer = await startIssuer({ people: { 'u-1': { preferred_username: 'lin' } } })
  url = `http://127.0.0.1:${await freePort()}`
  issuer.register(redirectOf(url))
  const secret = join(data, 'client-secret')
  writeFileSync(secret, `${CLIENT.secret}\n`)
  const oidc = `{ issuer: "${issuer.url}", clientId: ${CLIENT.id}, clientSecretFile: "${secret}" }`
  const http = `{ port: ${new URL(url).port}, publicUrl: "${url}" }`
  writeFileSync(file, `data: "${data}"\nhttp: ${http}\nmqtt: { port: 0 }\nsignIn: { oidc: ${oidc} }\n`)
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  running = undefined
  await issuer.stop()
  rmSync(data, { recursive: true })
})

test('the service of a configuration starts without its issuer, and lets in whom "adit user add --oidc" prepared when it is there', async () => {
  seedLedger(data, 1)
  await issuer.stop()
  running = startAdit(['serve', '--config', file])
  await running.firstLine
  const add = (...words: string[]) => runAdit('user', 'add', ...words, '--role', 'admin', '--config', file, '--json')
  const made = JSON.parse((await add('lin', '--oidc', 'u-1')).stdout)
  expect(made).toEqual({ name: 'lin', secondFactor: expect.stringMatching(/^otpauth:/), recoveryCodes: expect.any(Array) })
  expect((await add('wang', '--oidc', 'u-1')).stderr).toMatch(/u-1 is the user lin already/)
  const { users } = JSON.parse((await runAdit('user', 'list', '--config', file, '--json')).stdout)
  expect(users).toMatchObject([{ name: 'lin', identity: `${issuer.url}/ sub u-1`, rights: 'given', secondFactor: true }])
  expect((await runAdit('user', 'add', 'wang', '--role', 'bureau', '--oidc', 'u-2', '--data', data)).stderr).toMatch(
    /--oidc takes an issuer/,
  )

  const visitor = new Visitor()
  const start = `${url}/api/v1/session/oidc?to=/map`
  expect((await visitor.go(start)).url.searchParams.get('refused')).toBe('unreachable')
  const token = readFileSync(join(data, 'admin-token'), 'utf8')
  const health = async () => {
    const answer = await fetch(`${url}/api/v1/health`, { headers: { authorization: `Bearer ${token.trim()}` } })
    const { ready, parts } = await answer.json()
    return { ready, issuer: parts.find(({ part }: { part: string }) => part === 'issuer') }
  }
  expect(await health()).toEqual({
    ready: true,
    issuer: { part: 'issuer', status: 'warn', detail: expect.stringMatching(/nobody can sign in through .*ECONNREFUSED/) },
  })
  await issuer.start()
  const page = await visitor.go(start)
  const there = await visitor.go(page.url.href, { method: 'POST', body: new URLSearchParams({ login: 'u-1' }) })
  expect(there.url.href).toBe(`${url}/sign-in?step=code&to=%2Fmap`)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ code: made.recoveryCodes[0] })
  expect((await visitor.ask(new URL(`${url}/api/v1/session/oidc/code`), { method: 'POST', headers, body })).status).toBe(204)
  const { caller } = await (await visitor.ask(new URL(`${url}/api/v1/session`))).json()
  expect(caller).toMatchObject({ name: 'lin', role: 'admin' })
  expect((await health()).issuer).toMatchObject({ status: 'pass' })
  for (const secret of [...issuer.tokens, CLIENT.secret]) expect(running.told().includes(secret)).toBe(false)
})

test('the doctor looks at the issuer, its keys and its clock, each with a remedy', async () => {
  const found = async (now = new Date()) => {
    const findings = await examine({ file, environment: {} }, now)
    return findings.filter(({ check }) => check.startsWith('issuer'))
  }
  const minutes = (number: number) => new Date(Date.now() + number * 60_000)
  expect(await found()).toEqual([{ check: 'issuer', status: 'pass', detail: `${issuer.url} answers, and its keys can be read` }])
  expect(await found(minutes(-2))).toMatchObject([
    { status: 'pass' },
    {
      check: 'issuer clock',
      status: 'fail',
      detail: expect.stringMatching(/1[12]\d s ahead of ours/),
      remedy: 'set both clocks (NTP)',
    },
  ])
  expect((await found(minutes(2)))[1].detail).toMatch(/1[12]\d s behind ours/)
  await issuer.stop()
  expect(await found()).toMatchObject([
    {
      check: 'issuer',
      status: 'fail',
      detail: expect.stringMatching(/ECONNREFUSED/),
      remedy: expect.stringMatching(/signIn\.oidc\.issuer/),
    },
  ])
  await issuer.start()
  writeFileSync(
    file,
    `http: { publicUrl: "https://adit.county.example" }\nsignIn: { oidc: { issuer: "${issuer.url}/realms/x", clientId: a } }\n`,
  )
  const environment = { ADIT_DATA: data, ADIT_HTTP_PORT: '0', ADIT_MQTT_PORT: '0', ADIT_SIGN_IN_OIDC_CLIENT_SECRET: 'x' }
  const elsewhere = (await examine({ file, environment }, new Date())).filter(({ check }) => check === 'issuer')
  expect(elsewhere).toMatchObject([
    { status: 'fail', remedy: expect.stringMatching(/openid-configuration below it must answer with JSON/) },
  ])
})
