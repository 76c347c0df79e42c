import { Command } from 'commander'
import { ExitCode, print, printJson } from './command-output.ts'

interface DoctorOptions {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check configuration, servers, clock and disk; each finding with its remedy')
    .option('--config <FILE>', 'configuration, YAML')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--json', 'print JSON')
    .action(doctor)
}

async function doctor({ config: file, data, json }: DoctorOptions): Promise<void> {
  const { examine } = await import('../examine.ts')
  const findings = await examine({ ...(file !== undefined && { file }), environment: process.env, options: { data } }, new Date())
  if (json) {
    printJson({ findings })
  } else {
    const paint = painter()
    for (const { check, status, detail, remedy } of findings) {
      print(`  ${check.padEnd(14)} ${detail}`, paint(status))
      if (remedy !== undefined) print(`${' '.repeat(21)}→ ${remedy}`)
    }
  }
  if (findings.some(({ status }) => status === 'fail')) process.exitCode = ExitCode.failed
}

function painter(): (status: 'pass' | 'warn' | 'fail') => string {
  const words = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' }
  const colours = { pass: 32, warn: 33, fail: 31 }
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR
  return (status) => (coloured ? `\x1b[${colours[status]}m${words[status]}\x1b[0m` : words[status])
}
