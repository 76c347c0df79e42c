/** Saves from a damaged SQLite file what can be read, row by row, into a new one; the damaged one is kept beside. */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { syncDirectory } from '../ingest/journal-database.ts'
import { placeIn } from './mend-log.ts'

/** SQLITE_CORRUPT and SQLITE_NOTADB; by their words, for what comes from the receiving thread has no more. */
const DAMAGE = /malformed|file is not a database/

export function isDatabaseDamage(error: unknown): error is Error {
  return error instanceof Error && DAMAGE.test(error.message)
}

const PARTS = ['', '-wal', '-shm']

/** Keeps the file as it was found, and leaves it where it is: until another takes its place, the next start finds it damaged as before. */
export function keepDamaged(path: string, into: string): string {
  const place = placeIn(into, basename(path))
  for (const part of PARTS) if (existsSync(`${path}${part}`)) linkOrCopy(`${path}${part}`, `${place}${part}`)
  return place
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    // not every file system has links
    copyFileSync(from, to)
  }
}

/**
 * What can be read of the database at `damaged` into a new one at `fresh`; says how many rows. Nobody may have it open. `make`
 * makes an empty one: what the damaged file says of its tables may be wrong, too.
 */
export async function salvageDatabase(damaged: string, fresh: string, make: (path: string) => Promise<void>): Promise<number> {
  removeDatabase(fresh)
  await make(fresh)
  return copyReadable(damaged, fresh)
}

/** `fresh` is the database from now on; a stop in between leaves the damaged one. */
export function replaceDatabase(path: string, fresh: string): void {
  for (const part of PARTS.slice(1)) rmSync(`${path}${part}`, { force: true })
  renameSync(fresh, path)
  syncDirectory(dirname(path))
}

export function removeDatabase(path: string): void {
  for (const part of PARTS) rmSync(`${path}${part}`, { force: true })
}

function copyReadable(from: string, to: string): number {
  const target = new DatabaseSync(to)
  const source = new DatabaseSync(from)
  try {
    target.exec('BEGIN')
    const tables = target
      // the version of the tables is that of the new ones
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'adit_schema' ORDER BY rowid",
      )
      .all()
    const rows = tables.reduce((sum, { name }) => sum + copyTable(source, target, String(name)), 0)
    target.exec('COMMIT')
    return rows
  } finally {
    source.close()
    target.close()
  }
}

/** From the beginning as far as it goes, and where it does not go to the end, from the end. */
function copyTable(source: DatabaseSync, target: DatabaseSync, table: string): number {
  const rows = new Set<string>()
  if (!copyRows(source, target, table, '', rows)) copyRows(source, target, table, 'ORDER BY rowid DESC', rows)
  return rows.size
}

/** False when it broke off. */
function copyRows(source: DatabaseSync, target: DatabaseSync, table: string, order: string, copied: Set<string>): boolean {
  try {
    let insertion: StatementSync | undefined
    for (const row of source.prepare(`SELECT * FROM "${table}" ${order}`).iterate()) {
      insertion ??= insertionOf(target, table, Object.keys(row))
      if (isReadable(row) && insert(insertion, row)) copied.add(String(Object.values(row)[0]))
    }
    return true
  } catch {
    // damaged there; or a table without rowid, which has no other end
    return false
  }
}

function insertionOf(target: DatabaseSync, table: string, columns: readonly string[]): StatementSync {
  const names = columns.map((name) => `"${name}"`)
  return target.prepare(`INSERT OR REPLACE INTO "${table}" (${names.join()}) VALUES (${names.map(() => '?').join()})`)
}

function insert(insertion: StatementSync, row: Record<string, SQLOutputValue>): boolean {
  const values: SQLInputValue[] = Object.values(row)
  try {
    insertion.run(...values)
    return true
  } catch {
    // a value that its column does not take any more
    return false
  }
}

function isReadable({ json }: Record<string, SQLOutputValue>): boolean {
  if (typeof json !== 'string') return true
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}
