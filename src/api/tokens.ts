/**
 * API tokens. A token is 256 random bits, so a salted SHA-256 is enough to keep it by: there is nothing to guess that a
 * slow hash would protect. What is printed once is never stored.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { Role } from './role.ts'

const SHAPE = /^adit_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, role TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL);
`

export class TokenStore {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(SCHEMA)
  }

  /** Makes a token; the return value is the only copy. `createdAt` is epoch milliseconds. */
  add(role: Role, createdAt: number): string {
    const id = randomBytes(6).toString('hex')
    const secret = randomBytes(32).toString('base64url')
    const salt = randomBytes(16)
    this.#database
      .prepare('INSERT INTO tokens (id, role, salt, hash, created_at) VALUES (?, ?, ?, ?, ?)')
      .run(id, role, salt, hashOf(salt, secret), createdAt)
    return `adit_${id}_${secret}`
  }

  /** The role a token speaks for, undefined when we never made it. */
  roleOf(token: string): Role | undefined {
    const shape = SHAPE.exec(token)
    if (!shape) return undefined
    const row = this.#database.prepare('SELECT role, salt, hash FROM tokens WHERE id = ?').get(shape[1])
    if (!row || !(row.salt instanceof Uint8Array) || !(row.hash instanceof Uint8Array)) return undefined
    return timingSafeEqual(hashOf(row.salt, shape[2]), row.hash) ? Role.parse(row.role) : undefined
  }

  count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM tokens').get()?.count)
  }

  close(): void {
    this.#database.close()
  }
}

function hashOf(salt: Uint8Array, secret: string): Buffer {
  return createHash('sha256').update(salt).update(secret).digest()
}
