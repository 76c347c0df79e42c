import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAdit } from './run-adit.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'adit-cli-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test.each([
  [['serv'], /unknown command 'serv'[\s\S]*Did you mean serve\?/],
  [['serve', '--htp', 'x'], /unknown option '--htp'[\s\S]*--http[\s\S]*Right: adit serve/],
  [['serve', '--http', '1:99999'], /--http <HOST:PORT>[\s\S]*such as 127\.0\.0\.1:8080/],
  [['token', 'add'], /--role <ROLE>[\s\S]*Right: adit token add --role <ROLE>/],
  [['token', 'add', '--role', 'amdin'], /--role[\s\S]*operator, bureau, inspector, integrator, auditor, admin/],
  [['gateway', 'add', 'a/b'], /Use 1 to 64 letters/],
  [['gateway', 'add', 'one', 'two'], /too many arguments[\s\S]*Right: adit gateway add/],
])('%j is wrong usage: it says so, shows the right one and exits 64', async (words, expected) => {
  const { code, stdout, stderr } = await runAdit(...words)
  expect(stderr).toMatch(expected)
  expect([code, stdout]).toEqual([64, ''])
})

test('help goes to stdout and is no failure', async () => {
  const { code, stdout } = await runAdit('--help')
  expect(code).toBe(0)
  for (const command of ['serve', 'gateway', 'token', 'doctor']) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
})

test('a configuration that does not hold is refused before the data directory is touched', async () => {
  const config = join(directory, 'wrong.yaml')
  writeFileSync(config, 'http: { prot: 1 }\n')
  const data = join(directory, 'untouched')
  const { code, stderr } = await runAdit('serve', '--config', config, '--data', data)
  expect(code).toBe(64)
  expect(stderr).toMatch(/http\.prot: there is no such key; did you mean http\.port\?/)
  expect(() => rmSync(data)).toThrow(/ENOENT/)
})

test('an integrator scripts a gateway and a token as JSON', async () => {
  const data = join(directory, 'data')
  const gateway = JSON.parse((await runAdit('gateway', 'add', 'gw-1', '--data', data, '--json')).stdout)
  expect(gateway).toMatchObject({ gateway: 'gw-1', username: 'gw-1', mqtt: '127.0.0.1:1883' })
  expect(gateway.publish).toMatch(`-u gw-1 -P ${gateway.password} -q 1 -t adit/v1/gw-1/readings`)
  const token = JSON.parse((await runAdit('token', 'add', '--role', 'auditor', '--data', data, '--json')).stdout)
  expect(token).toEqual({ role: 'auditor', token: expect.stringMatching(/^adit_/) })

  const again = await runAdit('gateway', 'add', 'gw-1', '--data', data)
  expect([again.code, again.stdout]).toEqual([1, ''])
  expect(again.stderr).toMatch(/registered already/)
})

test('the doctor finds a taken port and a broker that is not there, each with its remedy', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const config = join(directory, 'doctor.yaml')
  writeFileSync(config, `http: { port: ${port} }\nmqtt: { enabled: false }\nbroker: { url: "mqtt://127.0.0.1:1" }\n`)
  const { code, stdout } = await runAdit('doctor', '--config', config, '--data', join(directory, 'data'), '--json')
  taken.close()
  expect(code).toBe(1)
  const findings: { check: string; status: string; remedy?: string }[] = JSON.parse(stdout).findings
  const failed = findings.filter(({ status }) => status === 'fail')
  expect(failed.map(({ check }) => check)).toEqual(['HTTP port', 'broker'])
  expect(failed[0].remedy).toMatch('--http HOST:PORT')
  expect(failed[1].remedy).toMatch('broker.url')
  expect(findings.filter(({ status }) => status !== 'pass' && status !== 'warn')).toEqual(failed)
})
