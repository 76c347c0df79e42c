/** The database of the configuration: the same queries over a file of our own or over PostgreSQL. */
import { type Dialect, Kysely, sql, type Transaction } from 'kysely'
import type { DatabaseConfig } from './database-config.ts'
import { databaseRefusal, troubleOf } from './database-trouble.ts'
import { DatabaseUnavailable, isUnavailable } from './database-unavailable.ts'
import { type Migration, migrate, type SchemaTables } from './migrate.ts'
import { ServerPulse } from './server-pulse.ts'

export type DatabaseKind = DatabaseConfig['kind']

/** What one part keeps. Embedded it has a file of its own, in PostgreSQL tables of its own. */
export interface DatabasePart {
  readonly part: string
  /** The file when embedded. */
  readonly file: string
  readonly migrations: readonly Migration[]
  /** Hears of trouble that no query of ours is in. */
  readonly trouble?: (error: Error) => void
}

export class Database<Tables> {
  readonly kind: DatabaseKind
  /** For people: the file, or the server's address. */
  readonly name: string
  readonly kysely: Kysely<Tables>
  readonly #part: string
  /** null: a file answers. */
  readonly #pulse: ServerPulse | null

  private constructor(config: DatabaseConfig, { dialect, pulse }: Opened, { part, file }: DatabasePart) {
    this.kind = config.kind
    this.name = config.kind === 'embedded' ? file : config.url
    this.kysely = new Kysely({ dialect })
    this.#part = part
    this.#pulse = pulse
  }

  /** With the part's tables in their newest form; rejects with a Refusal that says what to do. */
  static async open<Tables>(config: DatabaseConfig, part: DatabasePart): Promise<Database<Tables>> {
    const migrating = new Database<SchemaTables>(config, await opened(config, part), part)
    try {
      await migrating.alone((transaction) => migrate(transaction, config.kind, part.part, part.migrations), 'schema')
    } catch (error) {
      throw databaseRefusal(migrating.name, error)
    } finally {
      await migrating.close()
    }
    return new Database<Tables>(config, await opened(config, part), part)
  }

  /** One transaction, alone among all processes that change this part: nothing is written between its reads and its writes. */
  async alone<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>, what = this.#part): Promise<Result> {
    return await this.reading((kysely) =>
      kysely.transaction().execute(async (transaction) => {
        if (this.kind === 'postgresql') {
          await sql`SET LOCAL lock_timeout = '10s'`.execute(transaction)
          await sql`SELECT pg_advisory_xact_lock(hashtext(${`adit ${what}`}))`.execute(transaction)
        }
        return await work(transaction)
      }),
    )
  }

  /** Reads that all show one moment, whatever others write meanwhile. Nobody waits for anybody. */
  async snapshot<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return await this.reading((kysely) =>
      kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
    )
  }

  /** Rejects with DatabaseUnavailable while the server is away, or has said nothing for two or three seconds. */
  async reading<Result>(work: (kysely: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    try {
      return this.#pulse ? await this.#pulse.during(() => work(this.kysely)) : await work(this.kysely)
    } catch (error) {
      if (this.kind === 'embedded' || !isUnavailable(error)) throw error
      throw new DatabaseUnavailable(`${this.name}: ${troubleOf(error).reason}`, { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#pulse?.close()
    await this.kysely.destroy()
  }
}

interface Opened {
  readonly dialect: Dialect
  readonly pulse: ServerPulse | null
}

/** What the other kind needs is not loaded. */
async function opened(config: DatabaseConfig, { file, trouble = () => {} }: DatabasePart): Promise<Opened> {
  if (config.kind === 'postgresql') {
    const server = (await import('./postgres-server.ts')).postgresServer(config, trouble)
    return { dialect: server.dialect, pulse: new ServerPulse(server) }
  }
  return { dialect: new (await import('./sqlite-dialect.ts')).EmbeddedDialect(file), pulse: null }
}
