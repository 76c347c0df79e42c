import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeWorld } from '../../fixtures/simulator/world-files.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'

const READINGS = '{"start":"2026-11-24T00:00:00Z","seconds":900,"readings":[]}'

const LEDGERS = ['usage-points', 'areas', 'mines', 'lawful-uses']

const inOrder = (alerts: { id: string }[]) => alerts.toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let directory: string
  let config: string
  let postgres: Postgres
  let service: Started
  let http: string
  let gateway: { mqtt: string; password: string }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'adit-postgres-serve-'))
    postgres = await startPostgres({ hba: ['host all county 127.0.0.1/32 scram-sha-256'] })
    await postgres.execute(
      postgres.url,
      "CREATE ROLE county LOGIN PASSWORD 'kept in a file'; GRANT ALL ON SCHEMA public TO county",
    )
    config = join(directory, 'adit.yaml')
    writeFileSync(join(directory, 'password'), 'kept in a file\n')
    const database = `{ kind: postgresql, url: "${postgres.url}", user: county, passwordFile: ${join(directory, 'password')} }`
    writeFileSync(config, `data: ${join(directory, 'data')}\nhttp: { port: 0 }\nmqtt: { port: 0 }\ndatabase: ${database}\n`)
    await serve()
    gateway = JSON.parse((await runAdit('gateway', 'add', 'gw-1', '--config', config, '--json')).stdout)
  })
  afterAll(async () => {
    service.process.kill('SIGTERM')
    await service.ended
    await postgres.stop()
    rmSync(directory, { recursive: true })
  })

  async function serve(): Promise<void> {
    service = startAdit(['serve', '--config', config])
    http = /http:\S+/.exec(await service.firstLine)?.[0] ?? ''
  }

  async function pending(): Promise<number> {
    return (await (await fetch(`${http}/api/v1/summary`)).json()).pending
  }

  async function alerts(): Promise<unknown[]> {
    return inOrder((await (await fetch(`${http}/api/v1/alerts?state=all&limit=500`)).json()).items)
  }

  async function audit(): Promise<string[]> {
    const { rows } = await postgres.execute(
      postgres.url,
      'SELECT actor, action, subject, detail, outcome FROM audit ORDER BY sequence',
    )
    return rows.map(({ actor, action, subject, outcome }) =>
      [actor.replace(/^(token|local):.*/, '$1'), action, subject, outcome].join(' '),
    )
  }

  async function register(name: string): Promise<number> {
    const authorization = `Bearer ${readFileSync(join(directory, 'data', 'admin-token'), 'utf8').trim()}`
    const headers = { authorization, 'content-type': 'application/json' }
    return (await fetch(`${http}/api/v1/gateways`, { method: 'POST', headers, body: JSON.stringify({ name }) })).status
  }

  async function gateways(): Promise<string[]> {
    const { items } = await (await fetch(`${http}/api/v1/gateways`)).json()
    return items.map(({ gateway: name }: { gateway: string }) => name)
  }

  const publish = async (topic: string) => {
    const client = await connectAsync(`mqtt://${gateway.mqtt}`, {
      username: 'gw-1',
      password: gateway.password,
      reconnectPeriod: 0,
    })
    try {
      const closed = new Promise((_, reject) => client.once('close', () => reject(new Error('the edge closed the connection'))))
      closed.catch(() => {})
      await Promise.race([client.publishAsync(topic, READINGS, { qos: 1 }), closed])
    } finally {
      client.end(true)
    }
  }

  test('the doctor finds it in order', async () => {
    const { stdout, code } = await runAdit('doctor', '--config', config)
    expect(stdout).toMatch(/ok +PostgreSQL +\S+ took the login of county/)
    expect(code).toBe(0)
  })

  test('the service and commands beside it write one audit log there', async () => {
    expect(await register('gw-2')).toBe(201)
    expect(await audit()).toEqual([
      'service token.add admin begun',
      'service token.add admin done',
      'local gateway.add gw-1 begun',
      'local gateway.add gw-1 done',
      'token gateway.add gw-2 begun',
      'token gateway.add gw-2 done',
    ])
    const whole = await runAdit('verify-audit', '--config', config)
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/is whole: 6 records/)])
  })

  test('a command without the configuration does not begin a second log', async () => {
    const { code, stderr } = await runAdit('gateway', 'add', 'gw-3', '--data', join(directory, 'data'))
    expect([code, stderr]).toEqual([1, expect.stringMatching(/kept in the postgresql database.*--config/)])
    expect(await gateways()).toEqual(['gw-1', 'gw-2'])
  })

  test('a gateway that speaks for another is refused and on record, the attempts counted', async () => {
    for (let attempt = 0; attempt < 3; attempt++) await expect(publish('adit/v1/gw-2/readings')).rejects.toThrow(/closed/)
    const spoofs = async () =>
      (await postgres.execute(postgres.url, "SELECT actor, subject, detail::json FROM audit WHERE action = 'gateway.spoof'")).rows
    await expect.poll(spoofs).toMatchObject([{ actor: 'gateway:gw-1', subject: 'adit/v1/gw-2/readings' }])
  })

  test('while PostgreSQL is away nothing is changed and everything is received', async () => {
    await postgres.interrupt()
    expect(await register('gw-4')).toBe(503)
    await publish('adit/v1/gw-1/readings')
    expect(await gateways()).toEqual(['gw-1', 'gw-2'])
    await postgres.resume()
    expect(await register('gw-4')).toBe(201)
    expect((await runAdit('verify-audit', '--config', config)).code).toBe(0)
  })

  test('alerts that PostgreSQL was away for while they were judged are in it afterwards, as adit detect finds them', async () => {
    const world = makeWorld({
      seed: 'same',
      areas: 2,
      usersPerArea: 12,
      days: 40,
      startDate: '2026-07-01',
      seconds: 900,
      sites: 6,
    })
    await writeWorld(world, directory, true)
    const at = (name: string) => join(directory, name)
    const files = LEDGERS.flatMap((name) => [`--${name}`, at(`${name}.csv`)])
    const detected = await runAdit('detect', ...files, '--readings', at('readings.csv.gz'), '--out', at('alerts.ndjson'))
    expect(detected.code, detected.stderr).toBe(0)
    const expected = readFileSync(at('alerts.ndjson'), 'utf8').trim().split('\n')
    expect(expected.length).toBeGreaterThanOrEqual(3)

    const imported = await runAdit(
      'import',
      ...LEDGERS.map((name) => at(`${name}.csv`)),
      at('readings.csv.gz'),
      '--config',
      config,
    )
    expect(imported.code, imported.stderr).toBe(0)
    await postgres.interrupt()
    const partOf = async (name: string) => {
      const { parts } = await (await fetch(`${http}/api/v1/health`)).json()
      return parts.find(({ part }: { part: string }) => part === name)
    }
    await expect.poll(() => partOf('database')).toMatchObject({ status: 'fail', detail: expect.stringMatching(/judging waits/) })
    const unread = await fetch(`${http}/api/v1/alerts`)
    expect([unread.status, (await unread.json()).code]).toEqual([503, 'database'])
    await postgres.resume()
    await expect.poll(() => partOf('database')).toMatchObject({ status: 'pass' })
    await expect.poll(pending).toBe(0)
    expect(await alerts()).toEqual(inOrder(expected.map((line) => JSON.parse(line))))
    const { rows } = await postgres.execute(postgres.url, 'SELECT id FROM alerts')
    expect(rows).toHaveLength(expected.length)
  })

  test('alerts that were lost with the database come again from the archive', async () => {
    const before = await alerts()
    service.process.kill('SIGTERM')
    await service.ended
    await postgres.empty()
    await postgres.execute(postgres.url, 'GRANT ALL ON SCHEMA public TO county')
    rmSync(join(directory, 'data', 'audit-head'))
    const { code, stderr } = await runAdit('serve', '--config', config)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/usage points of postgresql.*: there are 0 of \d+/)])
    expect((await runAdit('import', ...LEDGERS.map((name) => join(directory, `${name}.csv`)), '--config', config)).code).toBe(0)
    await serve()
    await expect.poll(pending).toBe(0)
    expect(await alerts()).toEqual(before)
  })

  test('a service that cannot reach it does not start, and says why', async () => {
    const wrong = join(directory, 'wrong.yaml')
    writeFileSync(wrong, readFileSync(config, 'utf8').replace('user: county', 'user: country'))
    const { code, stderr } = await runAdit('serve', '--config', wrong, '--data', join(directory, 'other'))
    expect([code, stderr]).toEqual([1, expect.stringMatching(/role "country" does not exist; /)])
  })
})
