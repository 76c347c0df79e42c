import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { LedgerStore } from '../../src/ledger/ledger-store.ts'
import { describeLedgerStore } from '../contracts/ledger-store.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

describeLedgerStore('a file of our own', async () => {
  const file = join(scratchDirectory(), 'ledger.db')
  return { open: () => LedgerStore.open({ database: { kind: 'embedded' }, file }) }
})

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  let urls: string[]
  let turn = 0
  beforeAll(async () => {
    server = await startPostgres()
    urls = [await server.another('ledgers'), await server.another('copies')]
  })
  afterAll(() => server.stop())

  describeLedgerStore('PostgreSQL', async () => {
    const url = urls[turn++ % 2]
    await server.empty(url)
    const database = DatabaseConfig.parse({ kind: 'postgresql', url, user: server.user })
    return { open: () => LedgerStore.open({ database, file: '' }) }
  })
})
