import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import type { AuditRecord } from '../../model/audit-record.ts'
import { visibleText } from '../../model/inert-text.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { print, printJson } from './command-output.ts'

interface Place {
  readonly data?: string
  readonly config?: string
}

export function auditCommand(): Command {
  return new Command('audit')
    .description('the newest records of the audit log: who did what, and what came of it')
    .option('--last <N>', 'so many', parseCount, 50)
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: in which database the log is')
    .option('--json', 'print JSON')
    .action(showAudit)
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('Give a whole number from 1 to 100000.')
  return count
}

async function showAudit({ last, json, ...place }: Place & { readonly last: number; readonly json?: boolean }): Promise<void> {
  const records = (await withAuditLog(place, (audit) => audit.newest(last))).toReversed()
  if (json)
    printJson({ records: records.map((record) => ({ ...record, at: instantOf(record), detail: JSON.parse(record.detail) })) })
  else for (const record of records) print(lineOf(record))
}

function lineOf(record: AuditRecord): string {
  const { sequence, actor, role, action, subject, outcome, detail } = record
  const who = role === null ? actor : `${actor} (${role})`
  // topics come from outside: also the end of a line is none here
  return visibleText([sequence, instantOf(record), who, action, JSON.stringify(subject), outcome, detail].join('  '))
}

function instantOf({ at }: AuditRecord): string {
  return new Date(at).toISOString()
}

/** Opens the log of a data directory for reading; throws Refusal where there is none. */
export async function withAuditLog<Result>(
  { data, config: file }: Place,
  read: (audit: AuditLog) => Promise<Result>,
): Promise<Result> {
  const { loadConfig } = await import('../config-sources.ts')
  const { dataFiles } = await import('../data-directory.ts')
  const { AuditLog } = await import('../audit/audit-log.ts')
  const { refuseDamaged } = await import('../refuse-damaged.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const { data: directory, database } = loadConfig({
    ...(file !== undefined && { file }),
    environment: process.env,
    options: { data },
  })
  const files = dataFiles(directory)
  if (!existsSync(files.auditHead) && !existsSync(database.kind === 'postgresql' ? directory : files.audit)) {
    throw new Refusal('no-data', `${directory} has no audit log: give the service's data directory with --data`)
  }
  refuseDamaged(files)
  const audit = await AuditLog.open(database, files, Date.now)
  try {
    return await read(audit)
  } finally {
    await audit.close()
  }
}
