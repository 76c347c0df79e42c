/** Commands that change something leave a record, in the same log as the service beside them. */
import { userInfo } from 'node:os'
import type { AuditEntry } from '../../model/audit-record.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { audited } from '../audit/audited.ts'
import type { Config } from '../config.ts'
import { type DataFiles, openDataDirectory } from '../data-directory.ts'
import { refuseDamaged } from '../refuse-damaged.ts'
import { complain } from './command-output.ts'

type Command<Result> = Pick<AuditEntry, 'action' | 'subject' | 'detail'> & {
  readonly told?: (result: Result) => AuditEntry['detail']
}

export async function auditedCommand<Result>(
  { database, data }: Pick<Config, 'database' | 'data'>,
  command: Command<Result>,
  act: (files: DataFiles) => Result | Promise<Result>,
): Promise<Result> {
  const files = openDataDirectory(data)
  return await recordedCommand(database, files, command, () => act(files))
}

/** The same where the data directory is not yet one to be opened. */
export async function recordedCommand<Result>(
  database: Config['database'],
  files: DataFiles,
  command: Command<Result>,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  refuseDamaged(files)
  const audit = await AuditLog.open(database, files, () => Date.now())
  const unended = (error: unknown) =>
    complain(`It is done, but the audit log has no record of its end: ${error instanceof Error ? error.message : error}`)
  try {
    return await audited(audit, { actor: `local:${localUser()}`, role: null, unended, ...command }, act)
  } finally {
    await audit.close()
  }
}

function localUser(): string {
  try {
    return userInfo().username
  } catch {
    // a container's user may have no name
    return String(process.getuid?.() ?? 'unknown')
  }
}
