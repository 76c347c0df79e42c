import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { FindingsStore } from '../../src/findings-store.ts'
import { describeFindingsStore } from '../contracts/findings-store.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

describeFindingsStore('a file of our own', async () => {
  const file = join(scratchDirectory(), 'findings.db')
  return { open: () => FindingsStore.open({ kind: 'embedded' }, file) }
})

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  let urls: string[]
  let turn = 0
  beforeAll(async () => {
    server = await startPostgres()
    urls = [await server.another('findings'), await server.another('copies')]
  })
  afterAll(() => server.stop())

  describeFindingsStore('PostgreSQL', async () => {
    const url = urls[turn++ % 2]
    await server.empty(url)
    const config = DatabaseConfig.parse({ kind: 'postgresql', url, user: server.user })
    return { open: () => FindingsStore.open(config, '') }
  })
})
