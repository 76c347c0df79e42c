import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

type Describe<Store> = (where: string, make: () => Promise<{ open: () => Promise<Store> }>) => void

/** One contract suite over a file of our own and over a real PostgreSQL; the suite has two stores at most at a time. */
export function onBothDatabases<Store>(
  name: string,
  suite: Describe<Store>,
  open: (database: DatabaseConfig, file: string) => Promise<Store>,
): void {
  suite('a file of our own', async () => {
    const file = join(scratchDirectory(), `${name}.db`)
    return { open: () => open({ kind: 'embedded' }, file) }
  })

  describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
    let server: Postgres
    let urls: string[]
    let turn = 0
    beforeAll(async () => {
      server = await startPostgres()
      urls = [await server.another(name), await server.another('copies')]
    })
    afterAll(() => server.stop())

    suite('PostgreSQL', async () => {
      const url = urls[turn++ % 2]
      await server.empty(url)
      const database = DatabaseConfig.parse({ kind: 'postgresql', url, user: server.user })
      return { open: () => open(database, '') }
    })
  })
}
