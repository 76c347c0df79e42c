import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { serverPath } from './require-server.ts'
import { startProcess } from './server-process.ts'

const run = promisify(execFile)

export interface Postgres {
  readonly port: number
  /** The user who may do everything; logs in without a password. */
  readonly user: string
  readonly pid: number
  log(): string
  readonly url: string
  /** A new database beside the first, which sorts as people do: its address. */
  another(name: string): Promise<string>
  /** Nothing is in the database then, in the first when none is named. */
  empty(url?: string): Promise<void>
  /** One statement as that user. */
  execute(url: string, sql: string): Promise<pg.QueryResult>
  /** Begins a transaction with a statement, and holds what it has locked. */
  hold(url: string, sql: string): Promise<{ letGo(): Promise<void> }>
  /** Stops the server and deletes its data. */
  stop(): Promise<void>
  /** Stops the server and keeps its data, `resume` starts it on the same port. */
  interrupt(): Promise<void>
  resume(): Promise<void>
}

/** It refuses to run as root. */
const NOBODYS = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []

/** A real PostgreSQL on loopback with everything on that keeps data; `hba` are lines of pg_hba.conf before "all may enter". */
export async function startPostgres({ hba = [], config = [] }: { hba?: string[]; config?: string[] } = {}): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), 'adit-postgres-'))
  if (NOBODYS.length > 0) await run('chown', ['postgres:postgres', directory])
  const program = serverPath('postgres')
  const data = join(directory, 'data')
  const user = 'adit'
  const [initdb, ...words] = [...NOBODYS, join(dirname(program), 'initdb')]
  await run(initdb, [...words, '-D', data, '-A', 'trust', '-U', user, '--no-sync', '-E', 'UTF8', '--locale=C'])
  if (hba.length > 0) {
    const rules = [...hba, 'host all all 127.0.0.1/32 trust'].join('\n')
    await run('sh', ['-c', `printf '%s\\n' "$1" > "$2"`, 'sh', rules, join(data, 'pg_hba.conf')])
  }
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=50', ...config]
  const [command, ...args] = [
    ...NOBODYS,
    program,
    '-D',
    data,
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
  const start = () => startProcess(command, args, (log) => log.includes('database system is ready to accept connections'))
  let server = await start()
  let up = true
  const url = `postgresql://127.0.0.1:${port}/postgres`
  const interrupt = async () => {
    // a fast shutdown: the usual one waits until every client has gone
    process.kill(server.pid, 'SIGINT')
    // killed, it would leave children behind that hold its memory, and could not be started again
    await server.stop(60_000)
    up = false
  }
  const hold = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url.replace('//', `//${user}@`) })
    await client.connect()
    await client.query(`BEGIN; ${sql}`)
    return { letGo: () => client.end() }
  }
  const execute = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url.replace('//', `//${user}@`) })
    await client.connect()
    try {
      return await client.query(sql)
    } finally {
      await client.end()
    }
  }
  return {
    port,
    user,
    get pid() {
      return server.pid
    },
    log: () => server.log(),
    url,
    another: async (name) => {
      await execute(url, `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`)
      return url.replace(/postgres$/, name)
    },
    empty: async (which = url) => {
      await execute(which, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    },
    execute,
    hold,
    interrupt,
    resume: async () => {
      server = await start()
      up = true
    },
    stop: async () => {
      if (up) await interrupt()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
