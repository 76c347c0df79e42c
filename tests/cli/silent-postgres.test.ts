import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { TcpProxy } from '../faults/tcp-proxy.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

/** Far below the half minute for which a statement may take its time, far above the seconds that are promised. */
const PATIENCE_MS = 12_000
const DAY = 'from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z'

describe.runIf(requireServer('postgres'))('a PostgreSQL that takes connections and never answers', () => {
  let server: Postgres
  let proxy: TcpProxy
  let service: Started
  let http: string
  let directory: string
  let data: string
  let token: string

  beforeAll(async () => {
    server = await startPostgres()
    proxy = await TcpProxy.listen(server.port)
    directory = mkdtempSync(join(tmpdir(), 'adit-silent-'))
    data = join(directory, 'data')
    await seedLedger(data, 4)
    const database = `{ kind: postgresql, url: "${server.url.replace(`:${server.port}`, `:${proxy.port}`)}", user: ${server.user} }`
    const config = join(directory, 'adit.yaml')
    writeFileSync(config, `data: ${data}\nhttp: { port: 0 }\nmqtt: { port: 0 }\ncheckpointSeconds: 0.2\ndatabase: ${database}\n`)
    service = startAdit(['serve', '--config', config])
    http = /http:\S+/.exec(await service.firstLine)?.[0] ?? ''
    token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
  })
  afterAll(async () => {
    service.process.kill('SIGKILL')
    await service.ended
    await proxy.close()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  async function ask(route: string, body?: object) {
    const [method, path] = route.split(' ')
    const answer = await fetch(`${http}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await answer.text()
    const code = answer.status === 503 && text.startsWith('{') ? JSON.parse(text).code : undefined
    return { route, status: answer.status, code, text, retryAfter: answer.headers.get('retry-after') }
  }

  test('every route answers soon: what needs it with 503 and when to ask again, everything else as ever; then all of it is back', async () => {
    const fromDatabase = [
      'GET /api/v1/alerts',
      'GET /api/v1/alerts/any',
      'GET /api/v1/audit',
      'GET /api/v1/usage-points/P1',
      'GET /api/v1/areas/A1',
    ]
    const fromHere = [
      'GET /api/v1/summary',
      'GET /api/v1/mines',
      'GET /api/v1/mines/M1/observability',
      'GET /api/v1/gateways',
      'GET /api/v1/quarantine',
      `GET /api/v1/usage-points/P1/load-profile?${DAY}`,
      'GET /metrics',
      'GET /api/openapi.json',
    ]
    const changes: [route: string, body: object | undefined][] = [
      ['POST /api/v1/gateways', { name: 'gw-new' }],
      ['POST /api/v1/quarantine/replay', { gateway: 'gw-1' }],
      ['POST /api/v1/session', { name: 'lin', password: 'four plain words' }],
      ['DELETE /api/v1/session', undefined],
      ['GET /api/v1/usage-points/P1?unmask=inspection', undefined],
    ]
    proxy.silent = true
    const told = await Promise.all([
      ...fromDatabase.map((route) => ask(route)),
      ...changes.map(([route, body]) => ask(route, body)),
      ...fromHere.map((route) => ask(route)),
    ])
    expect(told.map(({ route, status, code, retryAfter }) => [route, status, code, retryAfter])).toEqual([
      ...fromDatabase.map((route) => [route, 503, 'database', '5']),
      ...changes.map(([route]) => [route, 503, 'audit', '5']),
      ...fromHere.map((route) => [route, 200, undefined, null]),
    ])
    expect(told[fromDatabase.length].text).toMatch(/Nothing was done/)

    proxy.silent = false
    const back = async () => (await Promise.all(fromDatabase.map((route) => ask(route)))).map(({ status }) => status)
    await expect.poll(back).toEqual([200, 404, 200, 200, 200])
    expect((await ask('GET /api/v1/gateways')).text).not.toMatch('gw-new')
    expect((await ask('POST /api/v1/gateways', { name: 'gw-new' })).status).toBe(201)
  })

  test('while it lasts packets are acknowledged and judged, and the service stops in peace', async () => {
    const gateways = new GatewayDirectory(join(data, 'gateways.db'))
    const password = gateways.add('gw-1', new Date())
    gateways.close()
    const address = /mqtt:\S+/.exec(await service.firstLine)?.[0] ?? ''
    const client = await connectAsync(address, { username: 'gw-1', password })
    proxy.silent = true
    const message = { start: '2026-11-24T00:00:00Z', seconds: 900, readings: [['m1', 100]] }
    await client.publishAsync('adit/v1/gw-1/readings', JSON.stringify(message), { qos: 1 })
    const book = async () => {
      const { items } = JSON.parse((await ask('GET /api/v1/gateways')).text)
      return items.find(({ gateway }: { gateway: string }) => gateway === 'gw-1')?.book
    }
    await expect.poll(book, { timeout: PATIENCE_MS }).toMatchObject({ received: 1, stored: 1, pending: 0 })
    await client.endAsync()
    service.process.kill('SIGTERM')
    // one that has to give up ends with 1
    expect(await service.ended).toMatchObject({ code: 0 })
  })
})
