/**
 * API tokens. A token is 256 random bits, so a salted SHA-256 is enough to keep it by: there is nothing to guess that a
 * slow hash would protect. What is printed once is never stored.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { BoundCounties, type Counties } from '../../model/counties.ts'
import { Role } from '../../model/role.ts'

const SHAPE = /^adit_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS tokens (
  id TEXT PRIMARY KEY, role TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL, counties TEXT
);
`

export interface TokenHolder {
  /** Names the token, and gives nothing of it away. */
  readonly name: string
  readonly role: Role
  readonly counties: Counties
}

export interface TokenFacts extends TokenHolder {
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export class TokenStore {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(SCHEMA)
    // A file of a version that knew no counties: its tokens stay bound to none.
    const columns = this.#database.prepare("SELECT name FROM pragma_table_info('tokens')").all()
    if (!columns.some(({ name }) => name === 'counties')) this.#database.exec('ALTER TABLE tokens ADD COLUMN counties TEXT')
  }

  /** Whether it looks like a token at all. */
  static isShaped(text: string): boolean {
    return SHAPE.test(text)
  }

  /** Makes a token; the return value is the only copy. `createdAt` is epoch milliseconds. */
  add(role: Role, createdAt: number, counties: Counties = null): string {
    const id = randomBytes(6).toString('hex')
    const secret = randomBytes(32).toString('base64url')
    const salt = randomBytes(16)
    const bound = counties && JSON.stringify(BoundCounties.parse(counties))
    this.#database
      .prepare('INSERT INTO tokens (id, role, salt, hash, created_at, counties) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, role, salt, hashOf(salt, secret), createdAt, bound)
    return `adit_${id}_${secret}`
  }

  /** Whom a token speaks for, undefined when we never made it. */
  holderOf(token: string): TokenHolder | undefined {
    const shape = SHAPE.exec(token)
    if (!shape) return undefined
    const row = this.#database.prepare('SELECT role, salt, hash, counties FROM tokens WHERE id = ?').get(shape[1])
    if (!row || !(row.salt instanceof Uint8Array) || !(row.hash instanceof Uint8Array)) return undefined
    if (!timingSafeEqual(hashOf(row.salt, shape[2]), row.hash)) return undefined
    return { name: shape[1], role: Role.parse(row.role), counties: boundBy(row.counties) }
  }

  /** In the order in which they were made. */
  list(): TokenFacts[] {
    const rows = this.#database.prepare('SELECT id, role, counties, created_at FROM tokens ORDER BY created_at, id').all()
    return rows.map(({ id, role, counties, created_at }) => ({
      name: String(id),
      role: Role.parse(role),
      counties: boundBy(counties),
      createdAt: Number(created_at),
    }))
  }

  /** Counts no more from now on, in a service beside us too; false when there is none. */
  revoke(name: string): boolean {
    return this.#database.prepare('DELETE FROM tokens WHERE id = ?').run(name).changes > 0
  }

  count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM tokens').get()?.count)
  }

  close(): void {
    this.#database.close()
  }
}

function boundBy(counties: unknown): Counties {
  return counties === null ? null : BoundCounties.parse(JSON.parse(String(counties)))
}

function hashOf(salt: Uint8Array, secret: string): Buffer {
  return createHash('sha256').update(salt).update(secret).digest()
}
