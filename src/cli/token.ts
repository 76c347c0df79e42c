import { Command } from 'commander'
import { print, printJson } from './command-output.ts'
import { countyOption, roleOption } from './role-option.ts'

interface AddOptions {
  readonly role: string
  readonly county?: readonly string[]
  readonly data?: string
  readonly config?: string
  readonly json?: boolean
}

export function tokenCommand(): Command {
  const add = new Command('add')
    .description('make an API token; it is shown once')
    .addOption(roleOption())
    .addOption(countyOption())
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: where the audit log is kept')
    .option('--json', 'print JSON')
    .action(addToken)
  return new Command('token').description('API tokens').addCommand(add)
}

async function addToken({ role, county, data, config: file, json }: AddOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { Role } = await import('../../model/role.ts')
  const { TokenStore } = await import('../api/tokens.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const { warnOfUnknownCounties } = await import('./known-counties.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const told = (token: string) => ({ token: token.split('_')[1] })
  const counties = county ?? null
  const token = await auditedCommand(config, { action: 'token.add', subject: role, detail: { counties }, told }, (files) => {
    warnOfUnknownCounties(files, county)
    const tokens = new TokenStore(files.tokens)
    try {
      return tokens.add(Role.parse(role), Date.now(), counties)
    } finally {
      tokens.close()
    }
  })
  if (json) printJson({ role, ...(county && { counties }), token })
  else print(`${token}\n\nShown this once. Use it as: curl -H "Authorization: Bearer ${token}" …`)
}
