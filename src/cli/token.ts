import { Command, Option } from 'commander'
import { print, printJson } from './command-output.ts'

interface AddOptions {
  readonly role: string
  readonly data: string
  readonly json?: boolean
}

/** As in src/api/role.ts, which is not loaded just to print a help text. */
const ROLES = ['operator', 'bureau', 'inspector', 'integrator', 'auditor', 'admin']

export function tokenCommand(): Command {
  const add = new Command('add')
    .description('make an API token; it is shown once')
    .addOption(new Option('--role <ROLE>', 'what its bearer may do').choices(ROLES).makeOptionMandatory())
    .option('--data <DIR>', 'data directory', './adit-data')
    .option('--json', 'print JSON')
    .action(addToken)
  return new Command('token').description('API tokens').addCommand(add)
}

async function addToken({ role, data, json }: AddOptions): Promise<void> {
  const { openDataDirectory } = await import('../data-directory.ts')
  const { Role } = await import('../api/role.ts')
  const { TokenStore } = await import('../api/tokens.ts')
  const tokens = new TokenStore(openDataDirectory(data).tokens)
  try {
    const token = tokens.add(Role.parse(role), Date.now())
    if (json) printJson({ role, token })
    else print(`${token}\n\nShown this once. Use it as: curl -H "Authorization: Bearer ${token}" …`)
  } finally {
    tokens.close()
  }
}
