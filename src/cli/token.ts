import { Command, Option } from 'commander'
import { print, printJson } from './command-output.ts'

interface AddOptions {
  readonly role: string
  readonly data?: string
  readonly config?: string
  readonly json?: boolean
}

/** As in src/api/role.ts, which is not loaded just to print a help text. */
const ROLES = ['operator', 'bureau', 'inspector', 'integrator', 'auditor', 'admin']

export function tokenCommand(): Command {
  const add = new Command('add')
    .description('make an API token; it is shown once')
    .addOption(new Option('--role <ROLE>', 'what its bearer may do').choices(ROLES).makeOptionMandatory())
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: where the audit log is kept')
    .option('--json', 'print JSON')
    .action(addToken)
  return new Command('token').description('API tokens').addCommand(add)
}

async function addToken({ role, data, config: file, json }: AddOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { Role } = await import('../api/role.ts')
  const { TokenStore } = await import('../api/tokens.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const told = (token: string) => ({ token: token.split('_')[1] })
  const token = await auditedCommand(config, { action: 'token.add', subject: role, detail: {}, told }, (files) => {
    const tokens = new TokenStore(files.tokens)
    try {
      return tokens.add(Role.parse(role), Date.now())
    } finally {
      tokens.close()
    }
  })
  if (json) printJson({ role, token })
  else print(`${token}\n\nShown this once. Use it as: curl -H "Authorization: Bearer ${token}" …`)
}
