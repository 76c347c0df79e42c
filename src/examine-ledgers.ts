/** Where the ledgers of a data directory are, and whether that is where the configuration looks for them. Nothing is opened for writing. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import type { Finding } from './finding.ts'
import { KnownRows } from './known-rows.ts'

const check = 'ledgers'

export function examineLedgers({ database }: Pick<Config, 'database'>, files: DataFiles): Finding {
  const known = new KnownRows(files.ledgerRows)
  if (database.kind === 'embedded') {
    if (!known.any) return { check, status: 'pass', detail: files.ledger }
    const detail = `those of ${files.directory} are kept in PostgreSQL, database.kind is embedded`
    return { check, status: 'fail', detail, remedy: 'give the configuration of the service' }
  }
  const version = versionOf(files.ledger)
  if (version === known.fileVersion) return { check, status: 'pass', detail: database.url }
  if (known.any) {
    const detail = `${files.ledger} was changed after it was copied into ${database.url}, by an older program`
    return { check, status: 'fail', detail, remedy: 'import what it took once more, then put the file aside' }
  }
  const detail = `${files.ledger} is not in ${database.url} yet: adit serve copies it at its next start, where no ledgers are`
  return { check, status: 'warn', detail, remedy: 'take a backup, then start the service' }
}

/** 0 when there is none, or nothing in it. */
function versionOf(path: string): number {
  if (!existsSync(path)) return 0
  const file = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
  try {
    return Number(file.prepare("SELECT value FROM meta WHERE key = 'version'").get()?.value)
  } finally {
    file.close()
  }
}
