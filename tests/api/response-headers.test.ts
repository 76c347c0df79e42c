import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import { type Sample, sampleParts } from './sample-parts.ts'

let sample: Sample
let app: Api
let url: string
let console: string

beforeAll(async () => {
  sample = await sampleParts()
  console = mkdtempSync(join(tmpdir(), 'adit-headers-'))
  writeFileSync(join(console, 'index.html'), '<!doctype html><title>Adit</title>')
  writeFileSync(join(console, 'page-policy.js'), '')
  app = await buildServer(sample.parts, { loopback: true, hosts: [], requestsPerMinute: 1000, consoleDirectory: console })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app.close()
  await sample.close()
  rmSync(console, { recursive: true })
})

const EVERYWHERE = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
const ANSWERS = [
  ['a page', '/alerts', 200],
  ['a file of the console', '/page-policy.js', 200],
  ['JSON', '/api/v1/mines', 200],
  ['a CSV file', '/api/v1/mines/observability.csv', 200],
  ['the live feed', '/api/v1/alerts/stream', 200],
  ['metrics', '/metrics', 200],
  ['a request that is not as documented', '/api/v1/alerts?limit=0', 400],
  ['an address that cannot be read', '/api/v1/%', 400],
  ['what is not there', '/api/v1/nothing', 404],
  ['what breaks on our side', '/api/v1/usage-points/P2/load-profile?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 500],
] as const

test.each(ANSWERS)('%s tells the browser to run nothing but our files and to tell nobody', async (_what, path, status) => {
  const response = await fetch(url + path)
  await response.body?.cancel()
  const { headers } = response
  expect(response.status).toBe(status)
  expect(Object.fromEntries(Object.keys(EVERYWHERE).map((name) => [name, headers.get(name)]))).toEqual(EVERYWHERE)
  const policy = new Map((headers.get('content-security-policy') ?? '').split(';').map((part) => directiveOf(part)))
  expect(policy.get('default-src')).toBe("'self'")
  expect(policy.get('script-src')).toBe("'self'")
  expect(policy.get('style-src')).toBe("'self'")
  expect(policy.get('require-trusted-types-for')).toBe("'script'")
  for (const directive of ['object-src', 'base-uri', 'frame-ancestors']) expect(policy.get(directive)).toBe("'none'")
  expect(headers.get('permissions-policy')).toMatch(/camera=\(\).*geolocation=\(\).*microphone=\(\)/)
  expect(headers.get('x-powered-by')).toBeNull()
})

test('what holds data stays in no browser’s files', async () => {
  const withData = ANSWERS.map(([, path]) => path).filter((path) => path.startsWith('/api/') || path === '/metrics')
  // the last is another spelling of an address
  for (const path of [...withData, '/%61pi/v1/mines']) {
    const response = await fetch(url + path)
    await response.body?.cancel()
    expect(response.headers.get('cache-control'), path).toBe('no-store')
  }
})

test('an address that cannot be read is told as any other problem', async () => {
  const response = await fetch(`${url}/api/v1/%`)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ code: 'bad-url', status: 400 })
})

function directiveOf(part: string): [string, string] {
  const [name, ...values] = part.trim().split(' ')
  return [name, values.join(' ')]
}
