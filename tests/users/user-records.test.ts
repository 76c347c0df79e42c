import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import type { DatabaseConfig } from '../../src/database/database-config.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'
import { describeUserRecords } from '../contracts/user-records.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'

describeUserRecords('a file of our own', async () => {
  const users = join(scratchDirectory(), 'users.db')
  return { open: () => DatabaseUsers.open({ kind: 'embedded' }, { users }) }
})

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  let database: DatabaseConfig
  beforeAll(async () => {
    server = await startPostgres()
    database = { kind: 'postgresql', url: server.url, user: server.user, connections: 4 }
  })
  afterAll(() => server.stop())

  describeUserRecords('PostgreSQL', async () => {
    await server.empty()
    return { open: () => DatabaseUsers.open(database, { users: '' }) }
  })
})
