/** What a database server that does not do what we ask means, and what to do about it. */
import { Refusal } from '../../model/refusal.ts'
import { DatabaseUnavailable } from './database-unavailable.ts'

export interface Trouble {
  readonly reason: string
  readonly remedy: string
}

/** By SQLSTATE (PostgreSQL, appendix A) and by the system's own codes. */
const REMEDIES: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [
    /^(ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET)$/,
    'check host and port in database.url, and that PostgreSQL listens there',
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'check the host in database.url'],
  [/^28/, 'check database.user and database.passwordFile, and pg_hba.conf of the server'],
  [/^3D000$/, 'make the database: createdb --owner USER NAME'],
  [/^(42501|3F000)$/, 'let the user make tables: GRANT CREATE, USAGE ON SCHEMA public TO USER, or give it a database of its own'],
  [/^(57P03|53300)$/, 'the server starts, stops or has no connection left: try again, or raise max_connections'],
  [/^55P03$/, 'another process of ours holds the lock: look for one that hangs'],
  [
    /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/,
    'give the server’s authority in database.caFile; database.tls: false only on a network of your own',
  ],
]

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return { reason: String(error), remedy: 'see the log of the server' }
  // a name with several addresses fails with one error for each
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  const code = 'code' in first && typeof first.code === 'string' ? first.code : ''
  const reason = first.message || code
  const remedy = REMEDIES.find(([codes]) => codes.test(code))?.[1]
  if (remedy !== undefined) return { reason, remedy }
  if (/SSL|TLS/i.test(reason))
    return { reason, remedy: 'the server speaks no TLS: switch it on there, or set database.tls: false' }
  if (/timeout/i.test(reason)) return { reason, remedy: 'check host and port in database.url, and the load of the server' }
  return { reason, remedy: 'see the log of the server' }
}

/** The database of the configuration cannot be used, in words for whoever starts us. */
export function databaseRefusal(name: string, error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const { reason, remedy } = troubleOf(error instanceof DatabaseUnavailable ? error.cause : error)
  return new Refusal('database', `${name}: ${reason}; ${remedy}`)
}
