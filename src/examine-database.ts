/** PostgreSQL as the service needs it: reached, let in, allowed to make tables, and safe against a power cut. */
import { Kysely, sql } from 'kysely'
import type { PostgresDatabaseConfig } from './database/database-config.ts'
import { troubleOf } from './database/database-trouble.ts'
import { postgresServer } from './database/postgres-server.ts'
import type { Finding } from './finding.ts'

interface Facts {
  readonly version: string
  readonly user: string
  readonly may_make: boolean | null
  readonly fsync: string
  readonly full_page_writes: string
  /** Epoch milliseconds. */
  readonly clock: number
}

const FACTS = sql<Facts>`SELECT current_setting('server_version') AS version, current_user AS user,
  has_schema_privilege(current_schema(), 'CREATE') AS may_make,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock`

const CHECK = 'PostgreSQL'

export async function examineDatabase(config: PostgresDatabaseConfig, now: Date): Promise<Finding[]> {
  const database = new Kysely<object>({ dialect: postgresServer({ ...config, connections: 1 }, () => {}).dialect })
  try {
    const { rows } = await FACTS.execute(database)
    return findingsOf(config.url, rows[0], now)
  } catch (error) {
    const { reason, remedy } = troubleOf(error)
    return [{ check: CHECK, status: 'fail', detail: `${config.url}: ${reason}`, remedy }]
  } finally {
    await database.destroy()
  }
}

function findingsOf(url: string, { version, user, may_make, fsync, full_page_writes, clock }: Facts, now: Date): Finding[] {
  const findings: Finding[] = [{ check: CHECK, status: 'pass', detail: `${url} took the login of ${user} (version ${version})` }]
  if (may_make !== true) {
    const detail = `${user} may not make tables in ${url}`
    const remedy = `as its owner: GRANT USAGE, CREATE ON SCHEMA public TO "${user}"`
    findings.push({ check: CHECK, status: 'fail', detail, remedy })
  }
  for (const [setting, value] of Object.entries({ fsync, full_page_writes })) {
    if (value === 'on') continue
    const remedy = `set ${setting} = on in postgresql.conf and reload`
    findings.push({
      check: CHECK,
      status: 'fail',
      detail: `${setting} is ${value}: a power cut loses what was committed`,
      remedy,
    })
  }
  const skew = Math.round(Math.abs(clock - now.getTime()) / 1000)
  if (skew > 60) {
    const remedy = 'set both clocks (NTP)'
    findings.push({ check: 'clocks', status: 'warn', detail: `PostgreSQL's clock differs by ${skew} s`, remedy })
  }
  return findings
}
