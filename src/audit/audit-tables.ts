import { sql } from 'kysely'
import type { Migration } from '../database/migrate.ts'

export interface AuditTables {
  audit: {
    sequence: number
    at: number
    actor: string
    role: string | null
    action: string
    subject: string
    detail: string
    outcome: string
    previous_hash: string
    hash: string
  }
}

export const AUDIT_MIGRATIONS: readonly Migration[] = [
  async ({ schema }) => {
    await schema
      .createTable('audit')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('role', 'text')
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('previous_hash', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute()
  },
  // against mistakes: who may alter the table can take them off, and the chain tells
  async (transaction, kind) => {
    for (const statement of kind === 'postgresql' ? POSTGRES_GUARDS : SQLITE_GUARDS) await sql.raw(statement).execute(transaction)
  },
]

const SQLITE_GUARDS = ['UPDATE', 'DELETE'].map(
  (change) =>
    `CREATE TRIGGER audit_no_${change.toLowerCase()} BEFORE ${change} ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only ever appended to'); END`,
)

const POSTGRES_GUARDS = [
  `CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN RAISE EXCEPTION 'the audit log is only ever appended to'; END $$`,
  `CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
   FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()`,
]
