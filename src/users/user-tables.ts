import { sql } from 'kysely'
import type { Migration } from '../database/migrate.ts'

/** Times are epoch milliseconds; hashes, keys and secrets base64url. */
export interface UserTables {
  account: {
    name: string
    role: string
    /** JSON, null: all. */
    counties: string | null
    password: string
    totp: string | null
    last_step: number
    created_at: number
    disabled_at: number | null
  }
  /** Of whom an issuer vouches for; rights: given or mapped. */
  account_identity: { name: string; key: string; rights: string }
  account_recovery: { name: string; hash: string }
  account_session: { hash: string; name: string; opened_at: number; seen_at: number }
  account_tries: { key: string; tries: number; began_at: number }
  account_secret: { one: number; bytes: string }
}

const TABLES = [
  `CREATE TABLE account (name text PRIMARY KEY, role text NOT NULL, counties text, password text NOT NULL, totp text,
   last_step bigint NOT NULL, created_at bigint NOT NULL, disabled_at bigint)`,
  `CREATE TABLE account_recovery (name text NOT NULL REFERENCES account ON DELETE CASCADE, hash text NOT NULL, PRIMARY KEY (name, hash))`,
  `CREATE TABLE account_session (hash text PRIMARY KEY, name text NOT NULL REFERENCES account ON DELETE CASCADE,
   opened_at bigint NOT NULL, seen_at bigint NOT NULL)`,
  'CREATE TABLE account_tries (key text PRIMARY KEY, tries bigint NOT NULL, began_at bigint NOT NULL)',
  'CREATE TABLE account_secret (one integer PRIMARY KEY CHECK (one = 1), bytes text NOT NULL)',
]

export const USER_MIGRATIONS: readonly Migration[] = [
  async (transaction) => {
    for (const statement of TABLES) await sql.raw(statement).execute(transaction)
  },
]

/** A part of its own: a program of before, which knows nobody by an issuer, goes on with the rest. */
export const IDENTITY_MIGRATIONS: readonly Migration[] = [
  async (transaction) => {
    await sql
      .raw(
        `CREATE TABLE account_identity (name text PRIMARY KEY REFERENCES account ON DELETE CASCADE, key text NOT NULL UNIQUE,
         rights text NOT NULL)`,
      )
      .execute(transaction)
  },
]
