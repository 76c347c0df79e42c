import { Command } from 'commander'
import type { AuditEntry } from '../../model/audit-record.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import type { Enrolled } from '../users/enrol.ts'
import type { Identity, UserRecords } from '../users/user-records.ts'
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
  readonly secondFactor?: boolean
  readonly oidc?: string
}

export function userCommand(): Command {
  const add = new Command('add')
    .description('make an account; asks for its password on a terminal, and makes one otherwise')
    .argument('<NAME>', 'what they sign in with')
    .addOption(roleOption())
    .addOption(countyOption())
    .option('--second-factor', 'asks for a code of an authenticator app too; an admin always has one')
    .option(
      '--oidc <USER>',
      'signs in through the issuer of signIn.oidc, which knows them by this value of userClaim; no password',
    )
    .action(addAccount)
  const list = new Command('list').description('accounts').action(listAccounts)
  const disable = new Command('disable')
    .description('an account signs in no more, and its sessions are over; "reset" enables it again')
    .argument('<NAME>')
    .action(disableAccount)
  const reset = new Command('reset')
    .description(
      'a new password, and a new second factor where there was one; ends its sessions and its waiting after wrong tries',
    )
    .argument('<NAME>')
    .action(resetAccount)
  const user = new Command('user').description('people who sign in; works beside a running service')
  for (const command of [add, list, disable, reset]) {
    user.addCommand(
      command
        .option('--data <DIR>', 'data directory (default ./adit-data)')
        .option('--config <FILE>', 'configuration, YAML: where accounts and the audit log are kept')
        .option('--json', 'print JSON'),
    )
  }
  return user
}

async function addAccount(name: string, options: AddOptions): Promise<void> {
  const { role, county, secondFactor = false, oidc, json } = options
  const { Role } = await import('../../model/role.ts')
  const { addUser, freeName } = await import('../users/enrol.ts')
  const { warnOfUnknownCounties } = await import('./known-counties.ts')
  const counties = county ?? null
  const subject = await withUsers(options, (users) => freeName(users, name))
  const identity = oidc === undefined ? null : await identityOf(oidc, options)
  const password = identity ? null : await typedPassword(json)
  const user = { name, role: Role.parse(role), counties, secondFactor, password, identity }
  const detail = { role, counties, ...(identity && { identity: identity.key }) }
  const made = await changeUsers(options, { action: 'user.add', subject, detail }, async (users, files) => {
    await warnOfUnknownCounties(await configOf(options), files, county)
    return await addUser(users, user, Date.now())
  })
  tell(made, password === null, json)
}

/** Throws Refusal when no issuer is configured. */
async function identityOf(user: string, options: Options): Promise<Identity> {
  const { Refusal } = await import('../../model/refusal.ts')
  const { identityKey } = await import('../users/oidc-person.ts')
  const { signIn } = await configOf(options)
  if (!signIn.oidc) throw new Refusal('no-issuer', '--oidc takes an issuer: name the file that has signIn.oidc with --config')
  return { key: identityKey(signIn.oidc, user), rights: 'given' }
}

async function resetAccount(name: string, options: Options): Promise<void> {
  const { knownUser, resetUser } = await import('../users/enrol.ts')
  const { name: subject, identity } = await withUsers(options, (users) => knownUser(users, name))
  const password = identity ? null : await typedPassword(options.json)
  const what = { action: 'user.reset', subject, detail: {} } as const
  const made = await changeUsers(options, what, (users) => resetUser(users, subject, password, Date.now()))
  tell(made, password === null, options.json)
}

async function disableAccount(name: string, options: Options): Promise<void> {
  const { knownUser } = await import('../users/enrol.ts')
  const { name: subject } = await withUsers(options, (users) => knownUser(users, name))
  const what = { action: 'user.disable', subject, detail: {} } as const
  const done = await changeUsers(options, what, (users) => users.disable(subject, Date.now()))
  if (options.json) printJson({ name: subject, disabled: true, changed: done })
  else print(done ? `${subject} is disabled; whoever was signed in is no more.` : `${subject} was disabled before.`)
}

async function listAccounts(options: Options): Promise<void> {
  const records = await withUsers(options, (users) => users.list())
  const users = records.map(({ name, role, counties, totp, createdAt, disabledAt, identity }) => ({
    name,
    role,
    counties,
    secondFactor: totp !== null,
    since: new Date(createdAt).toISOString(),
    disabled: disabledAt !== null,
    identity: identity?.key ?? null,
    rights: identity?.rights ?? 'given',
  }))
  if (options.json) printJson({ users })
  else if (users.length === 0) print('Nobody has an account; "adit user add NAME --role admin" makes the first.')
  else printTable(users.map((user) => [user.name, user.role, user.counties?.join(' ') ?? 'all counties', stateOf(user)]))
}

interface State {
  readonly secondFactor: boolean
  readonly disabled: boolean
  readonly identity: string | null
}

function stateOf({ secondFactor, disabled, identity }: State): string {
  if (disabled) return 'disabled'
  return `${identity === null ? 'password' : `by ${identity}`}${secondFactor ? ' and code' : ''}`
}

/** null where nobody can be asked: then one is made. */
async function typedPassword(json: boolean | undefined): Promise<string | null> {
  const { askPassword } = await import('./ask-password.ts')
  return json || !process.stdin.isTTY ? null : askPassword()
}

function tell({ name, password, secondFactor, recoveryCodes }: Enrolled, isMade: boolean, json: boolean | undefined): void {
  const wasMade = isMade && password !== ''
  if (json) {
    printJson({ name, ...(wasMade && { password }), secondFactor, recoveryCodes })
    return
  }
  const key = secondFactor && new URL(secondFactor).searchParams.get('secret')
  const lines = [`${name} may sign in.`, ...(wasMade ? ['', `  Password        ${password}   (shown this once)`] : [])]
  if (key) {
    lines.push(
      '',
      '  Second factor: add this key to an authenticator app (time-based, 6 digits), shown this once',
      `  Key             ${key}`,
    )
    lines.push(
      `  As an address   ${secondFactor}`,
      '',
      '  Recovery codes, each good once in the place of a code; keep them on paper',
    )
    lines.push(...recoveryCodes.map((code) => `                  ${code}`))
  }
  print(lines.join('\n'))
}

/** On record before it is done, and after. */
async function changeUsers<Result>(
  options: Options,
  what: Pick<AuditEntry, 'action' | 'subject' | 'detail'>,
  work: (users: UserRecords, files: DataFiles) => Promise<Result>,
): Promise<Result> {
  const { auditedCommand } = await import('./audited-command.ts')
  return await auditedCommand(await configOf(options), what, () => withUsers(options, work))
}

async function withUsers<Result>(
  options: Options,
  work: (users: UserRecords, files: DataFiles) => Promise<Result>,
): Promise<Result> {
  const { openDataDirectory } = await import('../data-directory.ts')
  const { DatabaseUsers } = await import('../users/database-users.ts')
  const { refuseDamaged } = await import('../refuse-damaged.ts')
  const { database, data } = await configOf(options)
  const files = openDataDirectory(data)
  refuseDamaged(files)
  const users = await DatabaseUsers.open(database, files)
  try {
    return await work(users, files)
  } finally {
    await users.close()
  }
}

async function configOf({ config: file, data }: Options): Promise<Config> {
  const { loadConfig } = await import('../config-sources.ts')
  return loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
}
