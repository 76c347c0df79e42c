import { existsSync } from 'node:fs'
import type { Ledger } from '../model/ledger.ts'
import { Refusal } from '../model/refusal.ts'
import type { Config } from './config.ts'
import { type DataFiles, raiseFormat } from './data-directory.ts'
import { KnownRows } from './known-rows.ts'
import { LedgerStore } from './ledger/ledger-store.ts'

export interface LedgersOptions {
  /** Lets the ledgers of `ledger.db` be copied into the database that is named now; without it that is refused. */
  readonly move?: (file: string, into: string, copy: () => Promise<boolean>) => Promise<void>
  readonly trouble?: (error: Error) => void
}

/** The ledgers of this data directory, wherever its configuration keeps them. Never empty ones where there are others: that is a Refusal. */
export async function openLedgers(
  { database }: Pick<Config, 'database'>,
  files: DataFiles,
  { move, trouble }: LedgersOptions = {},
): Promise<LedgerStore> {
  const known = new KnownRows(files.ledgerRows)
  if (database.kind === 'embedded') {
    refuseWhenElsewhere(known, files)
    return await LedgerStore.open({ database, file: files.ledger })
  }
  const accept = (ledger: Ledger) => {
    known.accept(ledger, database.url)
    if (known.beyondFile) raiseFormat(files)
  }
  const store = await LedgerStore.open({
    database,
    file: files.ledger,
    accept,
    ...(trouble && { trouble }),
  })
  try {
    if (existsSync(files.ledger)) await takeOver(files.ledger, store, known, move)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Their newest version, for a command. */
export async function loadLedger(config: Pick<Config, 'database'>, files: DataFiles): Promise<Ledger> {
  const store = await openLedgers(config, files)
  try {
    return await store.load()
  } finally {
    await store.close()
  }
}

/** What was changed in files after the ledgers went to a database would be a second truth. */
export function refuseWhenElsewhere(known: KnownRows, { directory }: DataFiles): void {
  if (!known.any) return
  throw new Refusal(
    'ledgers-elsewhere',
    `the ledgers of ${directory} are kept in PostgreSQL, database.kind is embedded: give the configuration of the service with --config`,
  )
}

async function takeOver(path: string, store: LedgerStore, known: KnownRows, move: LedgersOptions['move']): Promise<void> {
  const file = await LedgerStore.open({ database: { kind: 'embedded' }, file: path })
  try {
    const version = await file.version()
    if (version === known.fileVersion) return
    if (known.any) {
      throw new Refusal(
        'ledger-file-changed',
        `${path} was changed after it was copied into ${store.name}, by an older program: import what it took once more with this one, then put the file aside`,
      )
    }
    known.beginWith(await file.load())
    if (await store.isEmpty()) {
      if (move === undefined) {
        throw new Refusal(
          'ledgers-to-move',
          `${store.name} has no ledgers and ${path} has: start adit serve once with this configuration, it copies them`,
        )
      }
      await move(path, store.name, () => store.copyFrom(file))
    }
    // what was there before, or another has copied meanwhile, must be the same
    await store.load()
  } finally {
    await file.close()
  }
}
