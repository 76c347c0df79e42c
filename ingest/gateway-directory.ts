import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Refusal } from '../model/refusal.ts'
import { GATEWAY_NAME } from './gateway-name.ts'

export interface Gateway {
  readonly name: string
  /** Epoch milliseconds. */
  readonly addedAt: number
  readonly lastSeenAt: number | null
  readonly revokedAt: number | null
}

/** Any certificate of the edge's authorities whose common name is the gateway's name. */
export const NAMED_CERTIFICATE = 'name'

/** What a gateway logs in with. */
export interface Credentials {
  readonly password: boolean
  /** Fingerprint (SHA-256, hexadecimal) of its own, or NAMED_CERTIFICATE; null when it needs none. */
  readonly certificate: string | null
}

const PASSWORD_ONLY: Credentials = { password: true, certificate: null }

/**
 * Who may publish. Kept in its own small SQLite file, read at each login, so that what another process adds or revokes
 * holds at once. A password is 32 random characters (192 bits), never chosen by a person: salted SHA-256 is then enough,
 * a slow hash would only slow the logins of a whole county after a power cut.
 */
export class GatewayDirectory {
  readonly #database: DatabaseSync
  readonly #find: StatementSync
  readonly #credentials: StatementSync
  readonly #version: StatementSync
  readonly #see: StatementSync

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS gateway (
        name TEXT PRIMARY KEY,
        salt BLOB NOT NULL,
        password BLOB NOT NULL,
        added_at INTEGER NOT NULL,
        last_seen_at INTEGER,
        revoked_at INTEGER
      ) STRICT;
    `)
    this.#addCertificates()
    this.#credentials = this.#database.prepare(
      'SELECT needs_password, certificate FROM gateway WHERE name = ? AND revoked_at IS NULL',
    )
    this.#find = this.#database.prepare('SELECT salt, password FROM gateway WHERE name = ? AND revoked_at IS NULL')
    this.#version = this.#database.prepare('PRAGMA data_version')
    this.#see = this.#database.prepare('UPDATE gateway SET last_seen_at = max(coalesce(last_seen_at, 0), ?) WHERE name = ?')
  }

  /**
   * Registers a gateway and gives its password, which is not kept and cannot be shown again; good for nothing when it logs in
   * without one. A revoked name may be added anew.
   * Refuses a name that is no topic level or is registered already.
   */
  add(name: string, now: Date, { password: needsPassword, certificate }: Credentials = PASSWORD_ONLY): string {
    if (!GATEWAY_NAME.test(name)) {
      throw new Refusal('gateway-name', `"${name}" cannot name a gateway: use 1 to 64 letters, digits, "-" and "_"`)
    }
    const password = randomBytes(24).toString('base64url')
    const salt = randomBytes(16)
    const { changes } = this.#database
      .prepare(
        `INSERT INTO gateway (name, salt, password, added_at, needs_password, certificate) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET salt = excluded.salt, password = excluded.password, added_at = excluded.added_at,
         needs_password = excluded.needs_password, certificate = excluded.certificate, revoked_at = NULL
         WHERE revoked_at IS NOT NULL`,
      )
      .run(name, salt, hash(salt, password), now.getTime(), needsPassword ? 1 : 0, certificate)
    if (Number(changes) === 0) {
      throw new Refusal('gateway-exists', `gateway "${name}" is registered already: revoke it first to give it a new password`)
    }
    return password
  }

  verify(name: string, password: string | Uint8Array): boolean {
    const row = this.#find.get(name)
    // an unknown name costs as much time as a wrong password
    const salt = row?.salt instanceof Uint8Array ? row.salt : new Uint8Array(16)
    const stored = row?.password instanceof Uint8Array ? row.password : new Uint8Array(32)
    return timingSafeEqual(hash(salt, password), stored) && row !== undefined
  }

  /** Undefined when there is no such gateway. */
  credentialsOf(name: string): Credentials | undefined {
    const row = this.#credentials.get(name)
    if (row === undefined) return undefined
    return { password: row.needs_password !== 0, certificate: row.certificate === null ? null : String(row.certificate) }
  }

  isRegistered(name: string): boolean {
    return this.#find.get(name) !== undefined
  }

  list(): readonly Gateway[] {
    return this.#database
      .prepare('SELECT name, added_at, last_seen_at, revoked_at FROM gateway ORDER BY name')
      .all()
      .map((row) => ({
        name: String(row.name),
        addedAt: Number(row.added_at),
        lastSeenAt: row.last_seen_at === null ? null : Number(row.last_seen_at),
        revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
      }))
  }

  /** False when there is no such gateway or it was revoked before. */
  revoke(name: string, now: Date): boolean {
    const revoke = this.#database.prepare('UPDATE gateway SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL')
    return Number(revoke.run(now.getTime(), name).changes) > 0
  }

  /** Notes when gateways were last heard, all in one commit. */
  seen(times: ReadonlyMap<string, number>): void {
    if (times.size === 0) return
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const [name, at] of times) this.#see.run(at, name)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Changes whenever another process changed the directory. */
  version(): number {
    return Number(this.#version.get()?.data_version)
  }

  close(): void {
    this.#database.close()
  }

  /** Directories from before certificates lack two columns; another process may be adding them in this moment. */
  #addCertificates(): void {
    const has = () =>
      this.#database.prepare("SELECT 1 FROM pragma_table_info('gateway') WHERE name = 'certificate'").get() !== undefined
    if (has()) return
    this.#database.exec('BEGIN IMMEDIATE')
    if (!has()) {
      this.#database.exec(`
        ALTER TABLE gateway ADD COLUMN needs_password INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE gateway ADD COLUMN certificate TEXT;
      `)
    }
    this.#database.exec('COMMIT')
  }
}

function hash(salt: Uint8Array, password: string | Uint8Array): Buffer {
  return createHash('sha256').update(salt).update(password).digest()
}
