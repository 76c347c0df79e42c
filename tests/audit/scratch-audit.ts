import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEntry, AuditReader, AuditWriter } from '../../model/audit-record.ts'
import { AuditLog } from '../../src/audit/audit-log.ts'

export interface ScratchAudit extends AuditWriter, AuditReader {
  /** What was recorded, as `actor action subject outcome`. */
  lines(): string[]
  entries(): readonly AuditEntry[]
  /** The log cannot be trusted, nor written, from now on. */
  breakHead(): void
  close(): void
}

/** The real audit log in this directory, opened when something is first recorded. */
export function scratchAudit(directory: string): ScratchAudit {
  const recorded: AuditEntry[] = []
  let log: Promise<AuditLog> | undefined
  const opened = () => {
    log ??= AuditLog.open({ kind: 'embedded' }, auditPlaces(directory), Date.now)
    return log
  }
  return {
    newest: async (limit, before) => (await opened()).newest(limit, before),
    append: async (entries) => {
      const records = await (await opened()).append(entries)
      recorded.push(...entries)
      return records
    },
    lines: () => recorded.map(({ actor, role, action, subject, outcome }) => [actor, role, action, subject, outcome].join(' ')),
    entries: () => recorded,
    breakHead: () => writeFileSync(auditPlaces(directory).auditHead, 'scribbled over'),
    close: () => void log?.then((open) => open.close()),
  }
}

export function auditPlaces(directory: string) {
  return { audit: join(directory, 'audit.db'), auditHead: join(directory, 'audit-head') }
}
