import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { takeBackup } from '../../src/backup/take-backup.ts'
import { loadConfig } from '../../src/config-sources.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { examine } from '../../src/examine.ts'
import { importFiles } from '../../src/import-files.ts'
import { TcpProxy } from '../faults/tcp-proxy.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

describe.runIf(requireServer('postgres'))('ledgers in PostgreSQL', () => {
  let server: Postgres
  let databases = 0
  let url: string
  let directory: string
  let data: string
  let service: Started | undefined
  let http: string

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  beforeEach(async () => {
    url = await server.another(`service_${databases++}`)
    directory = scratchDirectory()
    data = at('data')
  })
  afterEach(() => stop())

  const at = (name: string) => join(directory, name)

  /** A configuration of the data directory over this address of the database. */
  function configOver(address: string, name = 'adit.yaml', where = data): string {
    const database = `{ kind: postgresql, url: "${address}", user: ${server.user} }`
    writeFileSync(
      at(name),
      `data: ${where}\nhttp: { port: 0 }\nmqtt: { port: 0 }\ncheckpointSeconds: 0.2\ndatabase: ${database}\n`,
    )
    return at(name)
  }

  async function serve(config: string): Promise<void> {
    service = startAdit(['serve', '--config', config])
    http = /http:\S+/.exec(await service.firstLine)?.[0] ?? ''
  }

  async function stop(): Promise<void> {
    service?.process.kill('SIGTERM')
    await service?.ended
    service = undefined
  }

  /** With a token, which is known without the database. */
  const ask = async (path: string) => {
    const token = readFileSync(at('data/admin-token'), 'utf8').trim()
    return await fetch(`${http}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  }
  const get = async (path: string) => await (await ask(path)).json()
  const statusOf = async (path: string) => (await ask(path)).status
  const database = async () => {
    const { parts } = await get('/health')
    return parts.find(({ part }: { part: string }) => part === 'database')
  }
  const book = async (gateway: string) => {
    const { items } = await get('/gateways')
    return items.find((one: { gateway: string }) => one.gateway === gateway)?.book
  }
  const ledgerFile = (name: string, ...points: string[]) => {
    const rows = points.map((point) => `${point},m-${point},A1,residential,24.43,98.58`)
    writeFileSync(at(name), ['usage_point,meter,area,category,latitude,longitude', ...rows, ''].join('\n'))
    return at(name)
  }
  const rowsIn = async () => (await server.execute(url, 'SELECT row, id FROM usage_point ORDER BY row')).rows.map(({ id }) => id)

  /** As the command does, in this process: how many rows were taken. */
  async function importBeside(config: string, ...files: string[]): Promise<number> {
    const { data, database } = loadConfig({ file: config, environment: {} })
    const options = { data, database, dryRun: false, zone: new TimeZone('Asia/Shanghai'), territory: null, now: Date.now() }
    const outcomes = await importFiles(files, { ...options, futureSeconds: 300, progress: () => {} })
    expect(outcomes.map(({ rejected, error }) => [rejected, error])).toEqual(files.map(() => [0, null]))
    return outcomes.reduce((sum, { taken }) => sum + taken, 0)
  }

  /** A gateway that sends a reading of a meter, a quarter-hour later each time. */
  async function gateway(name: string): Promise<{ send(meter: string): Promise<void>; end(): Promise<void> }> {
    const gateways = new GatewayDirectory(at('data/gateways.db'))
    const password = gateways.add(name, new Date())
    gateways.close()
    const address = /mqtt:\S+/.exec((await service?.firstLine) ?? '')?.[0] ?? ''
    const client = await connectAsync(address, { username: name, password })
    let start = Date.UTC(2026, 10, 24)
    return {
      send: async (meter) => {
        const message = { start: new Date(start).toISOString(), seconds: 900, readings: [[meter, 100]] }
        await client.publishAsync(`adit/v1/${name}/readings`, JSON.stringify(message), { qos: 1 })
        start += 900_000
      },
      end: () => client.endAsync(),
    }
  }

  test('those of ledger.db are copied at the first start that names it, on record, under their rows, and once', async () => {
    await seedLedger(data, 4)
    const config = configOver(url)
    const points = ledgerFile('u.csv', 'P9')
    const early = await runAdit('import', points, '--config', config)
    expect([early.code, early.stderr]).toEqual([
      1,
      expect.stringMatching(/has no ledgers and .*ledger\.db has: start adit serve/),
    ])
    const doctor = async (file: string) => {
      const findings = await examine({ file, environment: {} }, new Date())
      return findings.find(({ check }) => check === 'ledgers')
    }
    expect(await doctor(config)).toMatchObject({ status: 'warn', detail: expect.stringMatching(/is not in postgresql.* yet/) })
    await serve(config)
    expect(await doctor(config)).toMatchObject({ status: 'pass', detail: url })
    expect(await statusOf('/usage-points/P3')).toBe(200)
    expect(await rowsIn()).toEqual(['P0', 'P1', 'P2', 'P3'])
    // an older program can go by the file until there is more than in it
    expect(existsSync(at('data/format'))).toBe(false)
    expect((await runAdit('import', points, '--config', config)).code).toBe(0)
    await expect.poll(() => statusOf('/usage-points/P9')).toBe(200)
    expect(readFileSync(at('data/format'), 'utf8')).toBe('2\n')
    await stop()
    await serve(config)
    expect(await rowsIn()).toEqual(['P0', 'P1', 'P2', 'P3', 'P9'])
    const moves = await server.execute(url, "SELECT actor, outcome FROM audit WHERE action = 'ledgers.move' ORDER BY sequence")
    expect(moves.rows).toEqual([
      { actor: 'service', outcome: 'begun' },
      { actor: 'service', outcome: 'done' },
    ])

    const elsewhere = await runAdit('gateway', 'meters', 'gw', '--add', 'm0', '--data', data)
    expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringMatching(/are kept in PostgreSQL.*--config/)])
    writeFileSync(at('files.yaml'), `data: ${data}\n`)
    expect(await doctor(at('files.yaml'))).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/are kept in PostgreSQL/),
    })
    await stop()
    await seedLedger(data, 5)
    const changed = await runAdit('serve', '--config', config)
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/ledger\.db was changed after it was copied/)])
    expect(await doctor(config)).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/was changed after it was copied/),
    })
  })

  test('a database with the ledgers of others is refused, and nothing is changed', async () => {
    const other = configOver(url, 'other.yaml', at('other'))
    expect(await importBeside(other, ledgerFile('u.csv', 'X1', 'X2'))).toBe(2)
    await seedLedger(data, 2)
    const { code, stderr } = await runAdit('serve', '--config', configOver(url))
    expect([code, stderr]).toEqual([1, expect.stringMatching(/usage points of postgresql.*the first 2 are not those/)])
    expect(await rowsIn()).toEqual(['X1', 'X2'])
    writeFileSync(at('files.yaml'), `data: ${data}\n`)
    const meters = await runAdit('gateway', 'meters', 'gw', '--add', 'm9', '--config', at('files.yaml'))
    expect(meters.stderr).toMatch(/m9: no ledger knows this meter/)
  })

  test('an import on another machine is seen by the service; while the database is away it judges by what it knows', async () => {
    const config = configOver(url)
    const beside = configOver(url, 'beside.yaml', at('beside'))
    await serve(config)
    expect(await importBeside(beside, ledgerFile('u.csv', 'U1'))).toBe(1)
    await expect.poll(() => statusOf('/usage-points/U1')).toBe(200)
    const { send, end } = await gateway('gw-1')
    await send('m-U1')
    await expect.poll(() => book('gw-1')).toMatchObject({ received: 1, stored: 1 })

    await server.interrupt()
    await expect.poll(database).toMatchObject({ status: 'warn', detail: expect.stringMatching(/judging goes on with those/) })
    await send('m-U1')
    await expect.poll(() => book('gw-1')).toMatchObject({ received: 2, stored: 2 })
    const saved = statSync(at('data/checkpoint')).mtimeMs
    await send('m-U1')
    await expect.poll(() => statSync(at('data/checkpoint')).mtimeMs).not.toBe(saved)
    await send('m-U1')
    await expect.poll(() => book('gw-1')).toMatchObject({ received: 4, stored: 4 })
    expect(await statusOf('/usage-points/U1/load-profile?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z')).toBe(200)
    expect(await statusOf('/usage-points/U1')).toBe(503)
    await server.resume()
    await expect.poll(database).toMatchObject({ status: 'pass' })
    expect(await importBeside(beside, ledgerFile('u.csv', 'U2'))).toBe(1)
    await expect.poll(() => statusOf('/usage-points/U2')).toBe(200)
    await end()
  })

  test('readings imported with usage points that the service cannot see yet wait until it can', async () => {
    const proxy = await TcpProxy.listen(server.port)
    const config = configOver(url.replace(`:${server.port}`, `:${proxy.port}`))
    const direct = configOver(url, 'direct.yaml')
    await serve(config)
    proxy.silent = true
    writeFileSync(at('r.csv'), 'meter,start,seconds,energy_wh\nm-U7,2026-11-24T00:00:00Z,900,100\n')
    expect(await importBeside(direct, ledgerFile('u.csv', 'U7'), at('r.csv'))).toBe(2)
    await expect
      .poll(database, { timeout: 20_000 })
      .toMatchObject({ status: 'fail', detail: expect.stringMatching(/did not say.*judging waits/) })
    expect(await book('$import')).toBeUndefined()
    proxy.silent = false
    proxy.reset()
    await expect.poll(() => book('$import'), { timeout: 20_000 }).toMatchObject({ received: 1, stored: 1, quarantined: 0 })
    await stop()
    await proxy.close()
  })

  test('an import whose connection breaks in the middle leaves nothing of the file, says so, and is done again', async () => {
    const config = configOver(url)
    expect(await importBeside(config, ledgerFile('a.csv', 'U1'))).toBe(1)
    const proxy = await TcpProxy.listen(server.port)
    const broken = configOver(url.replace(`:${server.port}`, `:${proxy.port}`), 'broken.yaml')
    const many = ledgerFile('many.csv', ...Array.from({ length: 3_000 }, (_, index) => `U${index}`))
    const holder = await server.hold(url, 'LOCK TABLE usage_point IN EXCLUSIVE MODE')
    const importing = startAdit(['import', many, '--config', broken])
    const waiting = async () => (await server.execute(url, 'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted')).rows[0].n
    await expect.poll(waiting).toBe(1)
    proxy.reset()
    const { code, stderr } = await importing.ended
    await holder.letGo()
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/many\.csv: the database went away.*taken whole or not at all\n +remedy: import it again/),
    ])
    expect(await rowsIn()).toEqual(['U1'])
    expect(await importBeside(config, many)).toBe(3_000)
    expect((await rowsIn()).length).toBe(3_000)
    await proxy.close()
  })

  test('findings are there too, with those of before; a backup notes the rows of the ledgers it belongs to', async () => {
    await seedLedger(data, 2)
    writeFileSync(at('f.csv'), 'subject,found_at,result\nP0,2026-11-01T00:00:00Z,confirmed\n')
    writeFileSync(at('g.csv'), 'subject,found_at,result\nP1,2026-11-02T00:00:00Z,innocent\n')
    writeFileSync(at('files.yaml'), `data: ${data}\n`)
    expect(await importBeside(at('files.yaml'), at('f.csv'))).toBe(1)
    const config = configOver(url)
    await serve(config)
    expect(await importBeside(config, at('g.csv'))).toBe(1)
    const { rows } = await server.execute(url, 'SELECT subject, result FROM finding ORDER BY found_at')
    expect(rows).toEqual([
      { subject: 'P0', result: 'confirmed' },
      { subject: 'P1', result: 'innocent' },
    ])
    const backup = { files: dataFiles(data), config: loadConfig({ file: config, environment: {} }), out: at('backup') }
    await takeBackup({ ...backup, program: '0.1.0', now: new Date() })
    expect(readFileSync(at('backup/ledger-rows'), 'utf8')).toMatch(/"rows":2/)
  })
})
