/**
 * Accounts in the database of the configuration. Embedded it is `users.db`, which a command may change beside the service;
 * what is changed, there or in PostgreSQL, holds from the next request on.
 */
import { randomBytes } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import { BoundCounties, type Counties } from '../../model/counties.ts'
import { Role } from '../../model/role.ts'
import { Database } from '../database/database.ts'
import type { DatabaseConfig } from '../database/database-config.ts'
import type { SessionRecord, Tries, User, UserRecords } from './user-records.ts'
import { IDENTITY_MIGRATIONS, USER_MIGRATIONS, type UserTables } from './user-tables.ts'

export class DatabaseUsers implements UserRecords {
  readonly secret: Uint8Array
  readonly #database: Database<UserTables>

  private constructor(database: Database<UserTables>, secret: Uint8Array) {
    this.#database = database
    this.secret = secret
  }

  /** Rejects with a Refusal when the database cannot be used. */
  static async open(
    config: DatabaseConfig,
    { users }: { readonly users: string },
    trouble?: (error: Error) => void,
  ): Promise<DatabaseUsers> {
    const part = { part: 'users', file: users, migrations: USER_MIGRATIONS, ...(trouble && { trouble }) }
    const database = await Database.open<UserTables>(config, part)
    await (await Database.open(config, { ...part, part: 'identities', migrations: IDENTITY_MIGRATIONS })).close()
    const secret = await database.alone(async (transaction) => {
      const found = await transaction.selectFrom('account_secret').select('bytes').executeTakeFirst()
      if (found) return found.bytes
      const bytes = textOf(randomBytes(32))
      await transaction.insertInto('account_secret').values({ one: 1, bytes }).execute()
      return bytes
    })
    return new DatabaseUsers(database, bytesOf(secret))
  }

  async any(): Promise<boolean> {
    const found = await this.#database.reading((kysely) => kysely.selectFrom('account').select('name').limit(1).execute())
    return found.length > 0
  }

  async list(): Promise<readonly User[]> {
    const rows = await this.#database.reading((kysely) => accounts(kysely).execute())
    return rows.map(userOf).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async find(name: string): Promise<User | undefined> {
    const row = await this.#database.reading((kysely) => accounts(kysely).where('a.name', '=', name).executeTakeFirst())
    return row && userOf(row)
  }

  async findIdentity(key: string): Promise<User | undefined> {
    const row = await this.#database.reading((kysely) => accounts(kysely).where('i.key', '=', key).executeTakeFirst())
    return row && userOf(row)
  }

  async put(user: User, recovery: readonly Uint8Array[]): Promise<void> {
    const { name, role, counties, password, totp, createdAt, disabledAt, identity } = user
    await this.#database.alone(async (transaction) => {
      // with all that hangs on it
      await transaction.deleteFrom('account').where('name', '=', name).execute()
      await transaction
        .insertInto('account')
        .values({
          ...{ name, role, password, last_step: 0, created_at: createdAt, disabled_at: disabledAt },
          ...{ counties: counties && JSON.stringify(counties), totp: totp && textOf(totp) },
        })
        .execute()
      if (identity)
        await transaction
          .insertInto('account_identity')
          .values({ name, ...identity })
          .execute()
      const codes = recovery.map((hash) => ({ name, hash: textOf(hash) }))
      if (codes.length > 0) await transaction.insertInto('account_recovery').values(codes).execute()
    })
  }

  async setRights(name: string, role: Role, counties: Counties): Promise<void> {
    const rights = { role, counties: counties && JSON.stringify(counties) }
    await this.#database.reading((kysely) => kysely.updateTable('account').set(rights).where('name', '=', name).execute())
  }

  async setPassword(name: string, before: string, password: string, session: Uint8Array): Promise<boolean> {
    return await this.#database.alone(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('account')
        .set({ password })
        .where('name', '=', name)
        .where('password', '=', before)
        .where('disabled_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await transaction.deleteFrom('account_session').where('name', '=', name).where('hash', '!=', textOf(session)).execute()
      return true
    })
  }

  async disable(name: string, at: number): Promise<boolean> {
    return await this.#database.alone(async (transaction) => {
      await transaction.deleteFrom('account_session').where('name', '=', name).execute()
      const { numUpdatedRows } = await transaction
        .updateTable('account')
        .set({ disabled_at: at })
        .where('name', '=', name)
        .where('disabled_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    })
  }

  async takeStep(name: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.reading((kysely) =>
      kysely
        .updateTable('account')
        .set({ last_step: step })
        .where('name', '=', name)
        .where('last_step', '<', step)
        .executeTakeFirst(),
    )
    return numUpdatedRows > 0n
  }

  async takeRecovery(name: string, hash: Uint8Array): Promise<boolean> {
    const { numDeletedRows } = await this.#database.reading((kysely) =>
      kysely.deleteFrom('account_recovery').where('name', '=', name).where('hash', '=', textOf(hash)).executeTakeFirst(),
    )
    return numDeletedRows > 0n
  }

  async openSession(hash: Uint8Array, name: string, at: number): Promise<void> {
    const session = { hash: textOf(hash), name, opened_at: at, seen_at: at }
    await this.#database.reading((kysely) => kysely.insertInto('account_session').values(session).execute())
  }

  async findSession(hash: Uint8Array): Promise<SessionRecord | undefined> {
    const row = await this.#database.reading((kysely) =>
      kysely
        .selectFrom('account_session as s')
        .innerJoin('account as a', 'a.name', 's.name')
        .leftJoin('account_identity as i', 'i.name', 'a.name')
        .selectAll('a')
        .select(['i.key', 'i.rights', 's.opened_at', 's.seen_at'])
        .where('s.hash', '=', textOf(hash))
        .executeTakeFirst(),
    )
    return row && { user: userOf(row), openedAt: row.opened_at, seenAt: row.seen_at }
  }

  async seeSession(hash: Uint8Array, at: number): Promise<void> {
    await this.#database.reading((kysely) =>
      kysely.updateTable('account_session').set({ seen_at: at }).where('hash', '=', textOf(hash)).execute(),
    )
  }

  async closeSession(hash: Uint8Array): Promise<void> {
    await this.#database.reading((kysely) => kysely.deleteFrom('account_session').where('hash', '=', textOf(hash)).execute())
  }

  async closeSessionsOf(name: string): Promise<void> {
    await this.#database.reading((kysely) => kysely.deleteFrom('account_session').where('name', '=', name).execute())
  }

  async closeSessions(openedBefore: number, seenBefore: number): Promise<void> {
    await this.#database.reading((kysely) =>
      kysely
        .deleteFrom('account_session')
        .where(({ or, eb }) => or([eb('opened_at', '<', openedBefore), eb('seen_at', '<', seenBefore)]))
        .execute(),
    )
  }

  async countTry(key: string, at: number, since: number): Promise<Tries> {
    return await this.#database.reading(async (kysely) => {
      await kysely.deleteFrom('account_tries').where('began_at', '<=', since).execute()
      const { tries, began_at } = await kysely
        .insertInto('account_tries')
        .values({ key, tries: 1, began_at: at })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(({ eb }) => ({ tries: eb('account_tries.tries', '+', 1) })))
        .returning(['tries', 'began_at'])
        .executeTakeFirstOrThrow()
      return { tries, beganAt: began_at }
    })
  }

  async takeBackTry(key: string): Promise<void> {
    await this.#database.reading((kysely) =>
      kysely
        .updateTable('account_tries')
        .set(({ eb }) => ({ tries: eb('tries', '-', 1) }))
        .where('key', '=', key)
        .where('tries', '>', 0)
        .execute(),
    )
  }

  async forgetTries(key: string): Promise<void> {
    await this.#database.reading((kysely) => kysely.deleteFrom('account_tries').where('key', '=', key).execute())
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}

function accounts(kysely: Kysely<UserTables>) {
  return kysely
    .selectFrom('account as a')
    .leftJoin('account_identity as i', 'i.name', 'a.name')
    .selectAll('a')
    .select(['i.key', 'i.rights'])
}

function userOf(row: Selectable<UserTables['account']> & { key: string | null; rights: string | null }): User {
  return {
    name: row.name,
    role: Role.parse(row.role),
    counties: row.counties === null ? null : BoundCounties.parse(JSON.parse(row.counties)),
    password: row.password,
    totp: row.totp === null ? null : bytesOf(row.totp),
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    identity: row.key === null ? null : { key: row.key, rights: row.rights === 'mapped' ? 'mapped' : 'given' },
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'base64url')
}
