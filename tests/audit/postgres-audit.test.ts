import { afterAll, beforeAll, describe } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { DatabaseConfig } from '../../src/database/database-config.ts'
import { describeAuditLog } from '../contracts/audit-log.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'
import { requireServer } from '../servers/require-server.ts'
import { auditPlaces } from './scratch-audit.ts'

describe.runIf(requireServer('postgres'))('with PostgreSQL', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  describeAuditLog('PostgreSQL', async () => {
    const places = auditPlaces(scratchDirectory())
    const { url } = server
    await server.empty()
    const config = DatabaseConfig.parse({ kind: 'postgresql', url, user: server.user })
    return {
      head: places.auditHead,
      open: () => AuditLog.open(config, places, Date.now),
      execute: (sql) => server.execute(url, sql),
      tamper: (sql) => server.execute(url, `DROP TRIGGER audit_append_only ON audit; ${sql}`),
    }
  })
})
