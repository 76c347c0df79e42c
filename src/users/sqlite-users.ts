import { randomBytes } from 'node:crypto'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { BoundCounties } from '../../model/counties.ts'
import { Role } from '../../model/role.ts'
import type { SessionRecord, Tries, User, UserRecords } from './user-records.ts'

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS user (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, counties TEXT, password TEXT NOT NULL, totp BLOB, last_step INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, disabled_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS recovery (
  name TEXT NOT NULL REFERENCES user ON DELETE CASCADE, hash BLOB NOT NULL, PRIMARY KEY (name, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  hash BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES user ON DELETE CASCADE, opened_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tries (key TEXT PRIMARY KEY, tries INTEGER NOT NULL, began_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), bytes BLOB NOT NULL) STRICT;
`

/** In `users.db`, which a command may change beside the service: what it does holds from the next request on. */
export class SqliteUsers implements UserRecords {
  readonly secret: Uint8Array
  readonly #database: DatabaseSync
  readonly #statements

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(SCHEMA)
    this.#database.prepare('INSERT OR IGNORE INTO secret VALUES (1, ?)').run(randomBytes(32))
    this.secret = bytes(this.#database.prepare('SELECT bytes FROM secret').get()?.bytes)
    this.#statements = prepare(this.#database)
  }

  async any(): Promise<boolean> {
    return this.#statements.any.get() !== undefined
  }

  async list(): Promise<readonly User[]> {
    return this.#statements.list.all().map(userOf)
  }

  async find(name: string): Promise<User | undefined> {
    const row = this.#statements.find.get(name)
    return row && userOf(row)
  }

  async put(user: User, recovery: readonly Uint8Array[]): Promise<void> {
    const { name, role, counties, password, totp, createdAt, disabledAt } = user
    this.#atOnce(() => {
      this.#statements.remove.run(name)
      this.#statements.put.run(name, role, counties && JSON.stringify(counties), password, totp, createdAt, disabledAt)
      for (const hash of recovery) this.#statements.putRecovery.run(name, hash)
    })
  }

  async disable(name: string, at: number): Promise<boolean> {
    return this.#atOnce(() => {
      this.#statements.closeSessionsOf.run(name)
      return Number(this.#statements.disable.run(at, name).changes) > 0
    })
  }

  async takeStep(name: string, step: number): Promise<boolean> {
    return Number(this.#statements.takeStep.run(step, name, step).changes) > 0
  }

  async takeRecovery(name: string, hash: Uint8Array): Promise<boolean> {
    return Number(this.#statements.takeRecovery.run(name, hash).changes) > 0
  }

  async openSession(hash: Uint8Array, name: string, at: number): Promise<void> {
    this.#statements.openSession.run(hash, name, at, at)
  }

  async findSession(hash: Uint8Array): Promise<SessionRecord | undefined> {
    const row = this.#statements.findSession.get(hash)
    return row && { user: userOf(row), openedAt: Number(row.opened_at), seenAt: Number(row.seen_at) }
  }

  async seeSession(hash: Uint8Array, at: number): Promise<void> {
    this.#statements.seeSession.run(at, hash)
  }

  async closeSession(hash: Uint8Array): Promise<void> {
    this.#statements.closeSession.run(hash)
  }

  async closeSessions(openedBefore: number, seenBefore: number): Promise<void> {
    this.#statements.closeSessions.run(openedBefore, seenBefore)
  }

  async countTry(key: string, at: number, since: number): Promise<Tries> {
    return this.#atOnce(() => {
      this.#statements.dropOldTries.run(since)
      const row = this.#statements.countTry.get(key, at)
      return { tries: Number(row?.tries), beganAt: Number(row?.began_at) }
    })
  }

  async takeBackTry(key: string): Promise<void> {
    this.#statements.takeBackTry.run(key)
  }

  async forgetTries(key: string): Promise<void> {
    this.#statements.forgetTries.run(key)
  }

  close(): void {
    this.#database.close()
  }

  #atOnce<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function prepare(database: DatabaseSync) {
  return {
    any: database.prepare('SELECT 1 FROM user LIMIT 1'),
    list: database.prepare('SELECT * FROM user ORDER BY name'),
    find: database.prepare('SELECT * FROM user WHERE name = ?'),
    remove: database.prepare('DELETE FROM user WHERE name = ?'),
    put: database.prepare(
      'INSERT INTO user (name, role, counties, password, totp, created_at, disabled_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    putRecovery: database.prepare('INSERT INTO recovery (name, hash) VALUES (?, ?)'),
    disable: database.prepare('UPDATE user SET disabled_at = ? WHERE name = ? AND disabled_at IS NULL'),
    takeStep: database.prepare('UPDATE user SET last_step = ? WHERE name = ? AND last_step < ?'),
    takeRecovery: database.prepare('DELETE FROM recovery WHERE name = ? AND hash = ?'),
    openSession: database.prepare('INSERT INTO session (hash, name, opened_at, seen_at) VALUES (?, ?, ?, ?)'),
    findSession: database.prepare(
      'SELECT user.*, opened_at, seen_at FROM session JOIN user ON user.name = session.name WHERE hash = ?',
    ),
    seeSession: database.prepare('UPDATE session SET seen_at = ? WHERE hash = ?'),
    closeSession: database.prepare('DELETE FROM session WHERE hash = ?'),
    closeSessionsOf: database.prepare('DELETE FROM session WHERE name = ?'),
    closeSessions: database.prepare('DELETE FROM session WHERE opened_at < ? OR seen_at < ?'),
    dropOldTries: database.prepare('DELETE FROM tries WHERE began_at <= ?'),
    countTry: database.prepare(
      'INSERT INTO tries VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET tries = tries + 1 RETURNING tries, began_at',
    ),
    takeBackTry: database.prepare('UPDATE tries SET tries = tries - 1 WHERE key = ? AND tries > 0'),
    forgetTries: database.prepare('DELETE FROM tries WHERE key = ?'),
  }
}

function userOf(row: Record<string, SQLOutputValue>): User {
  return {
    name: String(row.name),
    role: Role.parse(row.role),
    counties: row.counties === null ? null : BoundCounties.parse(JSON.parse(String(row.counties))),
    password: String(row.password),
    totp: row.totp === null ? null : bytes(row.totp),
    createdAt: Number(row.created_at),
    disabledAt: row.disabled_at === null ? null : Number(row.disabled_at),
  }
}

function bytes(value: SQLOutputValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('users.db holds no bytes where they belong')
  return value
}
