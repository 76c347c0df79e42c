import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Database, type DatabasePart } from '../../src/database/database.ts'
import { type DatabaseConfig, PostgresDatabaseConfig } from '../../src/database/database-config.ts'
import type { Migration } from '../../src/database/migrate.ts'
import { examineDatabase } from '../../src/examine-database.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { freePort } from '../servers/free-port.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

interface Tables {
  place: { name: string; kept: number }
}

const first: Migration = async ({ schema }) => {
  await schema
    .createTable('place')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .execute()
}
const second: Migration = async ({ schema }) => {
  await schema
    .alterTable('place')
    .addColumn('kept', 'bigint', (column) => column.notNull().defaultTo(7))
    .execute()
}
const halfWay: Migration = async ({ schema }) => {
  await schema.createTable('half').addColumn('name', 'text').execute()
  throw new Error('the power went')
}

const part = (file: string, migrations: readonly Migration[]): DatabasePart => ({ part: 'places', file, migrations })

function describeDatabase(name: string, create: () => Promise<{ config: DatabaseConfig; file: string }>): void {
  describe(`a database in ${name}`, () => {
    const opened = async (config: DatabaseConfig, file: string, migrations: readonly Migration[]) =>
      await Database.open<Tables>(config, part(file, migrations))

    test('is brought from any version to the newest, keeping what it holds; a newer one is left alone', async () => {
      const { config, file } = await create()
      const old = await opened(config, file, [first])
      await sql`INSERT INTO place (name) VALUES ('老厂洞')`.execute(old.kysely)
      await old.close()
      const next = await opened(config, file, [first, second])
      await next.kysely.insertInto('place').values({ name: '新硐', kept: 1_795_000_000_123 }).execute()
      expect(await next.kysely.selectFrom('place').selectAll().orderBy('kept').execute()).toEqual([
        { name: '老厂洞', kept: 7 },
        { name: '新硐', kept: 1_795_000_000_123 },
      ])
      await next.close()
      await expect(opened(config, file, [first])).rejects.toThrow(
        /tables of places are of version 2, this program knows 1: start the newer program/,
      )
    })

    test('opened by several at once makes its tables once', async () => {
      const { config, file } = await create()
      const all = await Promise.all(Array.from({ length: 4 }, () => opened(config, file, [first, second])))
      await Promise.all(
        all.map((database, row) =>
          database.kysely
            .insertInto('place')
            .values({ name: `${row}`, kept: row })
            .execute(),
        ),
      )
      expect(await all[0].kysely.selectFrom('place').select('name').orderBy('name').execute()).toHaveLength(4)
      await Promise.all(all.map((database) => database.close()))
    })

    test('is left as it was by a change of its tables that broke off', async () => {
      const { config, file } = await create()
      await (await opened(config, file, [first])).close()
      await expect(opened(config, file, [first, halfWay])).rejects.toThrow('the power went')
      const again = await opened(config, file, [
        first,
        async ({ schema }) => schema.createTable('half').addColumn('name', 'text').execute(),
      ])
      await again.close()
    })

    test('lets one at a time read and then write', async () => {
      const { config, file } = await create()
      const [one, other] = [await opened(config, file, [first, second]), await opened(config, file, [first, second])]
      await one.kysely.insertInto('place').values({ name: 'count', kept: 0 }).execute()
      const count = (database: Database<Tables>) =>
        database.alone(async (transaction) => {
          const { kept } = await transaction.selectFrom('place').select('kept').executeTakeFirstOrThrow()
          await transaction
            .updateTable('place')
            .set({ kept: kept + 1 })
            .execute()
        })
      await Promise.all(Array.from({ length: 10 }, () => [count(one), count(other)]).flat())
      expect(await one.kysely.selectFrom('place').select('kept').executeTakeFirst()).toEqual({ kept: 20 })
      await Promise.all([one.close(), other.close()])
    })
  })
}

describeDatabase('a file of our own', async () => ({
  config: { kind: 'embedded' },
  file: join(scratchDirectory(), 'places.db'),
}))

test('a disk that is full is told as such, and what was begun is gone; with space again all goes on', async () => {
  const database = await Database.open<Tables>({ kind: 'embedded' }, part(join(scratchDirectory(), 'places.db'), [first, second]))
  const put = (name: string) =>
    database.alone((transaction) => transaction.insertInto('place').values({ name, kept: 1 }).execute())
  const pages = (count: number) => database.kysely.executeQuery(CompiledQuery.raw(`PRAGMA max_page_count = ${count}`))
  await put('before')
  await pages(10)
  await expect(put('x'.repeat(200_000))).rejects.toThrow('database or disk is full')
  await pages(1_000)
  await put('after')
  expect(await database.kysely.selectFrom('place').select('name').orderBy('name').execute()).toEqual([
    { name: 'after' },
    { name: 'before' },
  ])
  await database.close()
})

test('a file of our own is on disk when a commit returns', async () => {
  const file = join(scratchDirectory(), 'places.db')
  const database = await Database.open<Tables>({ kind: 'embedded' }, part(file, [first]))
  const { rows } = await database.kysely.executeQuery<{ synchronous: number }>(CompiledQuery.raw('PRAGMA synchronous'))
  expect(rows).toEqual([{ synchronous: 2 }])
  await database.close()
  const plain = new DatabaseSync(file)
  expect(plain.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  plain.close()
})

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres({ hba: ['host all guarded 127.0.0.1/32 scram-sha-256'] })
  })
  afterAll(() => server.stop())

  const configOf = (more: object = {}) =>
    PostgresDatabaseConfig.parse({ kind: 'postgresql', url: server.url, user: server.user, ...more })

  describeDatabase('PostgreSQL', async () => {
    await server.empty()
    return { config: configOf(), file: '' }
  })

  test('what it says when it cannot be used is told with a remedy, by the start and by the doctor', async () => {
    await server.empty()
    await server.execute(server.url, "CREATE ROLE guarded LOGIN PASSWORD 'right'; CREATE ROLE guest LOGIN")
    await server.execute(server.url, 'GRANT USAGE ON SCHEMA public TO guest; GRANT ALL ON SCHEMA public TO guarded')
    const nowhere = `postgresql://127.0.0.1:${await freePort()}/adit`
    const cases: readonly (readonly [object, RegExp, RegExp])[] = [
      [
        { user: 'guarded', password: 'wrong' },
        /password authentication failed for user "guarded"/,
        /check database\.user and database\.passwordFile/,
      ],
      [{ url: `${server.url}_none` }, /database "postgres_none" does not exist/, /createdb/],
      [{ url: nowhere }, /ECONNREFUSED/, /check host and port in database\.url/],
      [{ tls: true }, /does not support SSL/, /speaks no TLS/],
      [{ user: 'guest' }, /permission denied for schema public|may not make tables/, /GRANT/],
    ]
    for (const [more, reason, remedy] of cases) {
      const config = configOf(more)
      const refusal: unknown = await Database.open(config, part('', [first])).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ name: 'Refusal', message: expect.stringMatching(reason) })
      expect(refusal).toMatchObject({ message: expect.stringMatching(remedy) })
      const found = (await examineDatabase(config, new Date())).at(-1)
      expect(found).toMatchObject({
        status: 'fail',
        detail: expect.stringMatching(reason),
        remedy: expect.stringMatching(remedy),
      })
      expect(JSON.stringify([refusal, found])).not.toMatch('wrong"')
    }
    await (await Database.open(configOf({ user: 'guarded', password: 'right' }), part('', []))).close()
  })

  test('who may not make tables uses those that are there', async () => {
    await server.empty()
    await server.execute(server.url, 'CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA public TO reader')
    await (await Database.open(configOf(), part('', [first]))).close()
    await server.execute(server.url, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader')
    await (await Database.open(configOf({ user: 'reader' }), part('', [first]))).close()
  })

  test('the doctor finds a server that a power cut would rob, and a clock that is wrong', async () => {
    const found = () => examineDatabase(configOf(), new Date())
    expect(await found()).toMatchObject([
      { check: 'PostgreSQL', status: 'pass', detail: expect.stringMatching(/took the login of adit/) },
    ])
    await settings('ALTER SYSTEM SET fsync = off', 'ALTER SYSTEM SET full_page_writes = off')
    await expect.poll(found).toMatchObject([
      { status: 'pass' },
      {
        status: 'fail',
        detail: expect.stringMatching(/^fsync is off: a power cut loses/),
        remedy: expect.stringMatching(/fsync = on/),
      },
      { status: 'fail', detail: expect.stringMatching(/^full_page_writes is off/) },
    ])
    await settings('ALTER SYSTEM RESET ALL')
    await expect.poll(found).toMatchObject([{ status: 'pass' }])
    const wrong = await examineDatabase(configOf(), new Date(Date.now() - 3_600_000))
    expect(wrong.at(-1)).toMatchObject({ check: 'clocks', status: 'warn', detail: expect.stringMatching(/differs by 3\d{3} s/) })
  })

  test('a connection that breaks between two statements of a transaction is told to who waits, and ends nothing else', async () => {
    await server.empty()
    const database = await Database.open<Tables>(configOf(), part('', [first, second]))
    const cut = database.alone(async (transaction) => {
      await transaction.insertInto('place').values({ name: 'half', kept: 1 }).execute()
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction)
      await server.execute(server.url, `SELECT pg_terminate_backend(${rows[0].pid}, 10000)`)
      await sql`SELECT 1`.execute(transaction)
    })
    await expect(cut).rejects.toMatchObject({ name: 'DatabaseUnavailable' })
    await database.alone((transaction) => transaction.insertInto('place').values({ name: 'whole', kept: 1 }).execute())
    expect(await database.kysely.selectFrom('place').select('name').execute()).toEqual([{ name: 'whole' }])
    await database.close()
  })

  test('a commit is on disk when it returns, whatever the server does for others', async () => {
    await server.empty()
    await settings('ALTER SYSTEM SET synchronous_commit = off')
    await expect
      .poll(async () => (await server.execute(server.url, 'SHOW synchronous_commit')).rows)
      .toEqual([{ synchronous_commit: 'off' }])
    const database = await Database.open<Tables>(configOf(), part('', []))
    expect((await sql`SHOW synchronous_commit`.execute(database.kysely)).rows).toEqual([{ synchronous_commit: 'on' }])
    await database.close()
    await settings('ALTER SYSTEM RESET ALL')
  })

  async function settings(...statements: string[]): Promise<void> {
    for (const statement of [...statements, 'SELECT pg_reload_conf()']) await server.execute(server.url, statement)
  }
})
