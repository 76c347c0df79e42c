/** Kysely over node:sqlite: its own SQLite dialect, which asks for the calls of better-sqlite3. */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely'

/** Durable when a commit returns, and safe beside other processes that have the file open. */
export class EmbeddedDialect extends SqliteDialect {
  readonly #path: string

  constructor(path: string) {
    super({ database: async () => prepared(openFile(path)) })
    this.#path = path
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(new OpenedFile(this.#path))
  }
}

/** Opened by the first query: kysely closes nothing that was never asked. */
class OpenedFile {
  readonly #path: string
  #file: DatabaseSync | undefined

  constructor(path: string) {
    this.#path = path
  }

  open(): DatabaseSync {
    this.#file ??= openFile(this.#path)
    return this.#file
  }

  get isTransaction(): boolean {
    return this.#file?.isTransaction ?? false
  }
}

/** A transaction that reads and then writes must hold the write lock from its beginning: taken later, it cannot be waited for. */
class ImmediateDriver extends SqliteDriver {
  readonly #file: OpenedFile

  constructor(file: OpenedFile) {
    super({ database: async () => prepared(file.open()) })
    this.#file = file
  }

  /** Of some errors, a full disk among them, SQLite has rolled back by itself: to do it again would hide what went wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#file.isTransaction) await super.rollbackTransaction(connection)
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings = {}): Promise<void> {
    const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement))
    if (settings.accessMode === 'read only') {
      await run('begin')
      return
    }
    const deadline = performance.now() + PATIENCE_MS
    // not with SQLite's own time-out, which would hold up everything else in this process
    await run('pragma busy_timeout = 0')
    try {
      for (;;) {
        try {
          await run('begin immediate')
          return
        } catch (error) {
          if (!isBusy(error) || performance.now() > deadline) throw error
          await delay(BUSY_PAUSE_MS)
        }
      }
    } finally {
      await run(`pragma busy_timeout = ${PATIENCE_MS}`)
    }
  }
}

const PATIENCE_MS = 10_000
const BUSY_PAUSE_MS = 5

/** SQLITE_BUSY and what extends it. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5
}

function openFile(path: string): DatabaseSync {
  const file = new DatabaseSync(path, { timeout: PATIENCE_MS })
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return file
}

function prepared(file: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => file.close(),
    prepare(sql) {
      const known = statements.get(sql)
      if (known) return known
      const statement = asked(file.prepare(sql))
      if (statements.size < KEPT_STATEMENTS) statements.set(sql, statement)
      return statement
    },
  }
}

/** Statements are few: only lists of values make new ones. */
const KEPT_STATEMENTS = 500

function asked(statement: StatementSync): SqliteStatement {
  const names = statement.columns().map(({ name }) => name)
  statement.setReturnArrays(true)
  const rowOf = rowMaker(names)
  return {
    reader: names.length > 0,
    all: (parameters) => statement.all(...parameters.map(boundValue)).map(rowOf),
    run: (parameters) => statement.run(...parameters.map(boundValue)),
    *iterate(parameters) {
      for (const values of statement.iterate(...parameters.map(boundValue))) yield rowOf(values)
    },
  }
}

type Row = Record<string, SQLOutputValue>

/** Makes rows of arrays of values. Objects of one shape: those that node:sqlite makes take twice as long, to make and to read. */
function rowMaker(names: readonly string[]): (values: Row) => Row {
  const empty: Row = Object.fromEntries(names.map((name) => [name, null]))
  return (values) => {
    const row = { ...empty }
    for (let index = 0; index < names.length; index++) row[names[index]] = values[index]
    return row
  }
}

function boundValue(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  if (typeof value === 'boolean') return value ? 1 : 0
  throw new TypeError(`SQLite keeps no value of type ${typeof value}`)
}
