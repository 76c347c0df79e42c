import { CompiledQuery, type DatabaseConnection, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { PostgresDatabaseConfig } from './database-config.ts'

const PATIENCE_MS = 5_000
/** A statement that takes longer is given up: a server that hangs must not hold a request for ever. */
const STATEMENT_MS = 30_000

/** `trouble` hears of connections that broke; who used one is told by the query, and the next makes a new one. */
export function postgresDialect(config: PostgresDatabaseConfig, trouble: (error: Error) => void): PostgresDialect {
  return new PostgresDialect({
    pool: async () => {
      const pool = new pg.Pool(poolOptions(config))
      // a connection tells the pool only while it is idle; an error that nobody hears would end the process
      pool.on('connect', (client) => client.on('error', trouble))
      pool.on('error', () => {})
      return pool
    },
    onCreateConnection: durable,
  })
}

function poolOptions(config: PostgresDatabaseConfig): pg.PoolConfig {
  const { user, password, connections } = config
  const { hostname, port, pathname } = new URL(config.url)
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: tlsOf(config),
    max: connections,
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
