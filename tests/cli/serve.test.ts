import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runAdit, type Started, startAdit } from './run-adit.ts'

let data: string
let running: Started | undefined

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'adit-serve-'))
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  running = undefined
  rmSync(data, { recursive: true })
})

async function serve(): Promise<{ http: string; mqtt: string; line: string }> {
  running = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  const line = await running.firstLine
  const addresses = /^adit ready: (http:\/\/127\.0\.0\.1:\d+) {2}(mqtt:\/\/127\.0\.0\.1:\d+) {2}data (.+)$/.exec(line)
  if (!addresses) throw new Error(line)
  return { http: addresses[1], mqtt: addresses[2], line }
}

test('the service says in one line that it is ready, and stops when it is told to', async () => {
  const { line } = await serve()
  running?.process.kill('SIGTERM')
  const ended = await running?.ended
  expect([ended?.code, ended?.stdout]).toEqual([0, `${line}\n`])
})

test('the first start makes a token that only its owner can read; the next one keeps it', async () => {
  const { http } = await serve()
  const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
  expect(statSync(join(data, 'admin-token')).mode & 0o777).toBe(0o600)
  const register = (bearer: string) =>
    fetch(`${http}/api/v1/gateways`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: '{"name":"gw-9"}',
    })
  expect((await register('adit_wrong')).status).toBe(401)
  expect((await register(token)).status).toBe(201)
  running?.process.kill('SIGTERM')
  const first = await running?.ended
  expect(first?.stderr).toMatch(token)

  await serve()
  running?.process.kill('SIGTERM')
  const second = await running?.ended
  expect(second?.stderr).not.toMatch(/adit_[0-9a-f]{12}_/)
})

test('a second service on the same directory is refused and told what to do; after a kill the directory is free', async () => {
  await serve()
  const second = await runAdit('serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0')
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(`is in use by process ${running?.process.pid}: stop that service first`)
  running?.process.kill('SIGKILL')
  await running?.ended
  await serve()
})

test('a gateway that is registered beside the running service publishes at once, and the service knows its address', async () => {
  const { http, mqtt } = await serve()
  const gateway = JSON.parse((await runAdit('gateway', 'add', 'gw-1', '--data', data, '--json')).stdout)
  expect(`mqtt://${gateway.mqtt}`).toBe(mqtt)
  const client = await connectAsync(mqtt, { username: 'gw-1', password: gateway.password, protocolVersion: 4 })
  await client.publishAsync(gateway.topics[0], '{"start":"2026-11-24T00:00:00Z","seconds":900,"readings":[]}', { qos: 1 })
  await client.endAsync()
  const metrics = await (await fetch(`${http}/metrics`)).text()
  expect(metrics).toMatch('adit_packets_received_total 1')
  const { items } = await (await fetch(`${http}/api/v1/gateways`)).json()
  expect(items.map(({ gateway: name }: { gateway: string }) => name)).toEqual(['gw-1'])
})

test('a taken port is told with its remedy and leaves the directory free', async () => {
  const { http } = await serve()
  const other = mkdtempSync(join(tmpdir(), 'adit-serve-'))
  const second = await runAdit('serve', '--data', other, '--http', http.slice(7), '--mqtt', '127.0.0.1:0')
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(/EADDRINUSE[\s\S]*choose another address with --http or --mqtt/)
  rmSync(other, { recursive: true })
})
