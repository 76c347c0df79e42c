import { closeSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'

/**
 * One SQLite file as it is at the moment of opening, however long copying it takes and whoever writes it meanwhile: its
 * readers' transaction stays open, and the copy reads within it. Writers of a file in WAL mode are not held up.
 */
export class DatabaseSnapshot {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
    try {
      // the transaction begins with what it reads first
      this.#database.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
    } catch (error) {
      this.#database.close()
      throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** The number in column `position` of a query's only row. */
  positionBy(sql: string): number {
    return Number(this.#database.prepare(sql).get()?.position ?? 0)
  }

  /** Page by page, damaged ones as they are: what is lost in them is known where they are read. */
  async copyTo(path: string): Promise<void> {
    closeSync(openSync(path, 'wx', 0o600))
    await backup(this.#database, path, { rate: PAGES_AT_ONCE })
  }

  close(): void {
    this.#database.close()
  }
}

const PAGES_AT_ONCE = 1_000

/** What is wrong with a copy, null when nothing is. */
export function faultOf(path: string): string | null {
  // opened for reading only it would leave files beside it
  const database = new DatabaseSync(path)
  try {
    const found = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
    return found === 'ok' ? null : String(found)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    database.close()
  }
}
