import { Socket } from 'node:net'
import { CompiledQuery, type DatabaseConnection, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { PostgresDatabaseConfig } from './database-config.ts'
import { isUnavailable } from './database-unavailable.ts'
import type { PulsedServer } from './server-pulse.ts'

const PATIENCE_MS = 5_000
/** A statement that takes longer is given up, however much the server is there. */
const STATEMENT_MS = 30_000

export interface PostgresServer extends PulsedServer {
  readonly dialect: PostgresDialect
}

/** `trouble` hears of connections that broke; who used one is told by the query, and the next makes a new one. */
export function postgresServer(config: PostgresDatabaseConfig, trouble: (error: Error) => void): PostgresServer {
  const sockets = new Set<Socket>()
  const stream = () => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const dialect = new PostgresDialect({
    pool: async () => {
      const pool = new pg.Pool({ ...optionsOf(config), max: config.connections, stream })
      // a connection tells the pool only while it is idle; an error that nobody hears would end the process
      pool.on('connect', (client) => client.on('error', trouble))
      pool.on('error', () => {})
      return pool
    },
    onCreateConnection: durable,
  })
  return {
    dialect,
    isThere: (signal) => isThere(config, signal),
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Over a connection of its own, since those that there are may all be waited for. */
async function isThere(config: PostgresDatabaseConfig, signal: AbortSignal): Promise<boolean> {
  const socket = new Socket()
  const client = new pg.Client({ ...optionsOf(config), stream: () => socket })
  client.on('error', () => {})
  signal.addEventListener('abort', () => socket.destroy())
  try {
    await client.connect()
    // something in between may let us in by itself
    await client.query('SELECT 1')
    return true
  } catch (error) {
    return !isAbsence(error)
  } finally {
    client.end().catch(() => {})
  }
}

/** Of errors that a server is away with: who has no room, or whose name we do not find at the moment, may still be working for us. */
const STILL_THERE = /^(53|55|40|ENOTFOUND$|EAI_)/

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isUnavailable(error) && !STILL_THERE.test(code)
}

function optionsOf(config: PostgresDatabaseConfig): pg.ClientConfig {
  const { user, password } = config
  const { hostname, port, pathname } = new URL(config.url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: tlsOf(config),
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
    application_name: 'adit',
    types: { getTypeParser },
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  }
}

/** The server's default may be to answer before a commit is on disk: never for us. Stronger settings stay. */
async function durable(connection: DatabaseConnection): Promise<void> {
  const sql = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
  await connection.executeQuery(CompiledQuery.raw(sql))
}

function tlsOf({ url, tls, ca, cert, key }: PostgresDatabaseConfig): pg.PoolConfig['ssl'] {
  const { hostname } = new URL(url)
  if (!(tls ?? !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname))) return false
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

/** Whole numbers of eight bytes come as text; all of ours are times and counts far below 2^53. */
const INT8 = 20
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8 ? Number : pg.types.getTypeParser(oid, format)
