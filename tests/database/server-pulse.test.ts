import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Database } from '../../src/database/database.ts'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

interface Tables {
  place: { name: string }
}

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  let database: Database<Tables>
  beforeAll(async () => {
    server = await startPostgres()
    const config = DatabaseConfig.parse({ kind: 'postgresql', url: server.url, user: server.user })
    database = await Database.open<Tables>(config, {
      part: 'places',
      file: '',
      migrations: [async ({ schema }) => schema.createTable('place').addColumn('name', 'text').execute()],
    })
  })
  afterAll(async () => {
    await database.close()
    await server.stop()
  })

  /** The server and all who work for its clients. */
  function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ')
    for (const pid of [server.pid, ...children.map(Number)]) process.kill(pid, name)
  }

  test('a statement that takes long, and one that waits for another, are waited for', async () => {
    const slept = database.reading((kysely) => sql`SELECT pg_sleep(3)`.execute(kysely))
    const holder = await server.hold(server.url, 'LOCK TABLE place')
    const waited = database.alone((transaction) => transaction.insertInto('place').values({ name: '老厂洞' }).execute())
    await slept
    await holder.letGo()
    await waited
    expect(await database.kysely.selectFrom('place').selectAll().execute()).toEqual([{ name: '老厂洞' }])
  })

  test('a server that stands still is given up by all who wait for it, and used again when it goes on', {
    timeout: 20_000,
  }, async () => {
    const begun = Promise.withResolvers<void>()
    const still = Promise.withResolvers<void>()
    const half = database.alone(async (transaction) => {
      await transaction.insertInto('place').values({ name: 'half' }).execute()
      begun.resolve()
      await still.promise
      await sql`SELECT 1`.execute(transaction)
    })
    await begun.promise
    signal('SIGSTOP')
    still.resolve()
    const others = Array.from({ length: 20 }, () => database.reading((kysely) => sql`SELECT 1`.execute(kysely)))
    const ends = await Promise.allSettled([half, ...others])
    expect(new Set(ends.map((end) => (end.status === 'rejected' ? end.reason.message : end.status)))).toEqual(
      new Set([`${server.url}: timeout: nothing is heard of the server`]),
    )
    signal('SIGCONT')
    const names = () => database.reading((kysely) => kysely.selectFrom('place').selectAll().execute())
    await expect.poll(() => names().catch(String)).toEqual([{ name: '老厂洞' }])
  })
})
