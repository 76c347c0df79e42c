import { DatabaseSync } from 'node:sqlite'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { describeAuditLog } from '../contracts/audit-log.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { auditPlaces } from './scratch-audit.ts'

describeAuditLog('a file of our own', async () => {
  const places = auditPlaces(scratchDirectory())
  const execute = async (sql: string) => {
    const database = new DatabaseSync(places.audit)
    try {
      database.exec(sql)
    } finally {
      database.close()
    }
  }
  return {
    head: places.auditHead,
    open: () => AuditLog.open({ kind: 'embedded' }, places, Date.now),
    execute,
    tamper: (sql) => execute(`DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; ${sql}`),
  }
})
