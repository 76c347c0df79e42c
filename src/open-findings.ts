import { existsSync } from 'node:fs'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import { FindingsStore } from './findings-store.ts'
import { KnownRows } from './known-rows.ts'
import { refuseWhenElsewhere } from './open-ledgers.ts'

/**
 * The findings of this data directory, wherever its configuration keeps them. Those of `findings.db` that the database does not know
 * are taken over every time: a finding is never taken back, and what was corrected since stays as it is.
 */
export async function openFindings({ database }: Pick<Config, 'database'>, files: DataFiles): Promise<FindingsStore> {
  if (database.kind === 'embedded') refuseWhenElsewhere(new KnownRows(files.ledgerRows), files)
  const store = await FindingsStore.open(database, files.findings)
  if (database.kind === 'embedded' || !existsSync(files.findings)) return store
  const file = await FindingsStore.open({ kind: 'embedded' }, files.findings)
  try {
    await store.copyFrom(file)
  } finally {
    await file.close()
  }
  return store
}
