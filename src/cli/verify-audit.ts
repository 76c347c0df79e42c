import { Command, InvalidArgumentError } from 'commander'
import { withAuditLog } from './audit.ts'
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
  const verdict = await withAuditLog({ data, config: file }, (audit) => audit.verify(noted))
  const { records, head, broken, unended, renewed } = verdict
  if (json) printJson({ whole: broken === null, records, head: head && `${head.size}:${head.hash}`, broken, unended, renewed })
  else if (broken)
    complain(`The audit log is broken at record ${broken.sequence}: ${broken.reason}. ${records} records before it hold.`)
  else print(`The audit log is whole: ${records} records.${head ? `\nNote elsewhere: ${head.size}:${head.hash}` : ''}`)
  for (const sequence of json ? [] : renewed) {
    print(`Before record ${sequence} audit-head was gone and made anew: an end that was cut off then does not show.`)
  }
  if (!json && !broken && unended.length > 0)
    print(`Begun without an end, under way or cut off: ${unended.slice(0, 20).join(', ')}`)
  if (broken) process.exitCode = ExitCode.failed
}
