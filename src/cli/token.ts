import { Command } from 'commander'
import type { TokenStore } from '../api/tokens.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { print, printJson, printTable } from './command-output.ts'
import { countyOption, roleOption } from './role-option.ts'

interface Options {
  readonly data?: string
  readonly config?: string
  readonly json?: boolean
}

interface AddOptions extends Options {
  readonly role: string
  readonly county?: readonly string[]
}

export function tokenCommand(): Command {
  const add = new Command('add')
    .description('make an API token; it is shown once')
    .addOption(roleOption())
    .addOption(countyOption())
    .action(addToken)
  const list = new Command('list').description('tokens by their ids; no token is shown').action(listTokens)
  const revoke = new Command('revoke')
    .description('a token counts no more, at once')
    .argument('<ID>', 'as "adit token list" shows it, the middle of the token')
    .action(revokeToken)
  const token = new Command('token').description('API tokens; works beside a running service')
  for (const command of [add, list, revoke]) {
    token.addCommand(
      command
        .option('--data <DIR>', 'data directory (default ./adit-data)')
        .option('--config <FILE>', 'configuration, YAML: where the audit log is kept')
        .option('--json', 'print JSON'),
    )
  }
  return token
}

async function addToken({ role, county, json, ...options }: AddOptions): Promise<void> {
  const { Role } = await import('../../model/role.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const { warnOfUnknownCounties } = await import('./known-counties.ts')
  const told = (token: string) => ({ token: token.split('_')[1] })
  const counties = county ?? null
  const what = { action: 'token.add', subject: role, detail: { counties }, told } as const
  const config = await configOf(options)
  const token = await auditedCommand(config, what, async (files) => {
    await warnOfUnknownCounties(config, files, county)
    return withTokens(files, (tokens) => tokens.add(Role.parse(role), Date.now(), counties))
  })
  if (json) printJson({ role, ...(county && { counties }), token })
  else print(`${token}\n\nShown this once. Use it as: curl -H "Authorization: Bearer ${token}" …`)
}

async function listTokens({ json, ...options }: Options): Promise<void> {
  const { openDataDirectory } = await import('../data-directory.ts')
  const files = openDataDirectory((await configOf(options)).data)
  const known = await withTokens(files, (tokens) => tokens.list())
  const tokens = known.map(({ name, role, counties, createdAt }) => ({
    id: name,
    role,
    counties,
    since: new Date(createdAt).toISOString(),
  }))
  if (json) printJson({ tokens })
  else if (tokens.length === 0) print('There is no token; "adit token add --role ROLE" makes one.')
  else printTable(tokens.map(({ id, role, counties, since }) => [id, role, counties?.join(' ') ?? 'all counties', since]))
}

async function revokeToken(typed: string, { json, ...options }: Options): Promise<void> {
  const { Refusal } = await import('../../model/refusal.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const id = idOf(typed)
  if (id === undefined) throw new Refusal('token', `"${typed.slice(0, 4)}…" is no id of a token; "adit token list" shows all.`)
  const what = { action: 'token.revoke', subject: id, detail: {} } as const
  await auditedCommand(await configOf(options), what, async (files) => {
    const done = await withTokens(files, (tokens) => tokens.revoke(id))
    if (!done) throw new Refusal('token', `There is no token ${id}; "adit token list" shows all.`)
  })
  if (json) printJson({ id, revoked: true })
  else print(`The token ${id} counts no more.`)
}

/** Whoever pastes the whole token means it too; the secret in it goes no further. */
function idOf(typed: string): string | undefined {
  return /^(?:adit_)?([0-9a-f]{12})(?:_[\w-]*)?$/.exec(typed)?.[1]
}

async function withTokens<Result>(files: DataFiles, work: (tokens: TokenStore) => Result): Promise<Result> {
  const { TokenStore } = await import('../api/tokens.ts')
  const { refuseDamaged } = await import('../refuse-damaged.ts')
  refuseDamaged(files)
  const tokens = new TokenStore(files.tokens)
  try {
    return work(tokens)
  } finally {
    tokens.close()
  }
}

async function configOf({ config: file, data }: Options): Promise<Config> {
  const { loadConfig } = await import('../config-sources.ts')
  return loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
}
