/**
 * Tables come and change by numbered steps, each done once, in the order of the list. A step that was released is never
 * changed: a change is a further step.
 */
import { sql, type Transaction } from 'kysely'
import { Refusal } from '../../model/refusal.ts'
import type { DatabaseKind } from './database.ts'

export interface SchemaTables {
  /** `twin`: both again, in a file only, where nothing else would tell that a bit of them has flipped. */
  adit_schema: { part: string; version: number; twin?: string | null }
}

export type Migration = (transaction: Transaction<SchemaTables>, kind: DatabaseKind) => Promise<void>

/** Brings the tables of one part to the newest step; in one transaction, so that a stop in between leaves them as they were. */
export async function migrate(
  transaction: Transaction<SchemaTables>,
  kind: DatabaseKind,
  part: string,
  migrations: readonly Migration[],
): Promise<void> {
  if (!(await exists(transaction, kind))) {
    await transaction.schema
      .createTable('adit_schema')
      .addColumn('part', 'text', (column) => column.primaryKey())
      .addColumn('version', 'integer', (column) => column.notNull())
      .execute()
  }
  if (kind === 'embedded') await addTwins(transaction)
  const found = await transaction.selectFrom('adit_schema').select('version').where('part', '=', part).executeTakeFirst()
  const version = found?.version ?? 0
  if (version > migrations.length) {
    throw new Refusal(
      'database-newer',
      `the tables of ${part} are of version ${version}, this program knows ${migrations.length}: start the newer program, or restore the backup that was made before it`,
    )
  }
  if (version === migrations.length) return
  for (const step of migrations.slice(version)) await step(transaction, kind)
  await transaction
    .insertInto('adit_schema')
    .values({ part, version: migrations.length })
    .onConflict((conflict) =>
      conflict.column('part').doUpdateSet({ version: migrations.length, ...(kind === 'embedded' && { twin: null }) }),
    )
    .execute()
  if (kind === 'embedded') await writeTwins(transaction)
}

/** SQLite's integrity_check tells when a row does not keep its CHECK. Older programs know of no twin and leave it away. */
async function addTwins(transaction: Transaction<SchemaTables>): Promise<void> {
  const column = sql`SELECT 1 FROM pragma_table_info('adit_schema') WHERE name = 'twin'`
  if ((await column.execute(transaction)).rows.length > 0) return
  await sql`ALTER TABLE adit_schema ADD COLUMN twin TEXT CHECK (twin IS NULL OR twin = part || ' ' || version)`.execute(
    transaction,
  )
  await writeTwins(transaction)
}

async function writeTwins(transaction: Transaction<SchemaTables>): Promise<void> {
  await sql`UPDATE adit_schema SET twin = part || ' ' || version WHERE twin IS NULL`.execute(transaction)
}

/** Asked first: who may not make tables must still be able to use those that are there. */
async function exists(transaction: Transaction<SchemaTables>, kind: DatabaseKind): Promise<boolean> {
  const query =
    kind === 'postgresql'
      ? sql<{ there: unknown }>`SELECT 1 AS there WHERE to_regclass('adit_schema') IS NOT NULL`
      : sql<{ there: unknown }>`SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = 'adit_schema'`
  return (await query.execute(transaction)).rows.length > 0
}
