import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { complain, ExitCode, print, printJson } from './command-output.ts'

interface VerifyOptions {
  readonly data?: string
  readonly config?: string
  readonly noted?: { readonly size: number; readonly hash: string }
  readonly json?: boolean
}

export function verifyAuditCommand(): Command {
  return new Command('verify-audit')
    .description('check that no record of the audit log was changed, put in, taken out or cut off')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: in which database the log is')
    .option('--noted <SIZE:HASH>', 'an end of the log that was noted elsewhere, and must be in it', parseNoted)
    .option('--json', 'print JSON')
    .action(verifyAudit)
}

function parseNoted(text: string): VerifyOptions['noted'] {
  const parts = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text)
  if (!parts) throw new InvalidArgumentError('Give it as this command printed it: the number of records, ":", the hash.')
  return { size: Number(parts[1]), hash: parts[2] }
}

async function verifyAudit({ data, config: file, noted, json }: VerifyOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { dataFiles } = await import('../data-directory.ts')
  const { AuditLog } = await import('../audit/audit-log.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const files = dataFiles(config.data)
  if (
    !existsSync(files.auditHead) &&
    (config.database.kind === 'postgresql' ? !existsSync(files.directory) : !existsSync(files.audit))
  ) {
    throw new Refusal('no-data', `${files.directory} has no audit log: give the service's data directory with --data`)
  }
  const audit = await AuditLog.open(config.database, files, () => Date.now())
  const verdict = await audit.verify(noted).finally(() => audit.close())
  const { records, head, broken, unended } = verdict
  if (json) printJson({ whole: broken === null, records, head: head && `${head.size}:${head.hash}`, broken, unended })
  else if (broken)
    complain(`The audit log is broken at record ${broken.sequence}: ${broken.reason}. ${records} records before it hold.`)
  else print(`The audit log is whole: ${records} records.${head ? `\nNote elsewhere: ${head.size}:${head.hash}` : ''}`)
  if (!json && !broken && unended.length > 0)
    print(`Begun without an end, under way or cut off: ${unended.slice(0, 20).join(', ')}`)
  if (broken) process.exitCode = ExitCode.failed
}
