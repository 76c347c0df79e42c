/** Where an import puts what it takes: the data directory and its database, or for a dry run copies that are thrown away. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteJournal } from '../ingest/sqlite-journal.ts'
import type { Packet } from '../model/packet.ts'
import type { Config } from './config.ts'
import { dataFiles, openDataDirectory } from './data-directory.ts'
import { FindingsStore } from './findings-store.ts'
import { LedgerStore } from './ledger/ledger-store.ts'
import { openFindings } from './open-findings.ts'
import { openLedgers } from './open-ledgers.ts'
import { refuseDamaged } from './refuse-damaged.ts'

export interface ImportTarget {
  readonly ledgers: LedgerStore
  readonly findings: FindingsStore
  readonly importsDirectory: string
  append(packets: readonly Packet[]): Promise<void>
  close(): Promise<void>
}

type Place = Pick<Config, 'data' | 'database'>

export async function realTarget({ data, database }: Place): Promise<ImportTarget> {
  const files = openDataDirectory(data)
  refuseDamaged(files)
  const ledgers = await openLedgers({ database }, files)
  const findings = await openFindings({ database }, files)
  const journal = new SqliteJournal({ path: files.journal, waitMilliseconds: 5 })
  return {
    ledgers,
    findings,
    importsDirectory: files.imports,
    append: async (packets) => {
      await Promise.all(packets.map((packet) => journal.append(packet)))
    },
    close: async () => {
      await ledgers.close()
      await findings.close()
      await journal.close()
    },
  }
}

/** For a dry run: copies of the ledgers and findings, and nothing that leads back. */
export async function scratchTarget(place: Place): Promise<ImportTarget> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-dry-run-'))
  const database = { kind: 'embedded' } as const
  const ledgers = await LedgerStore.open({ database, file: join(directory, 'ledger.db') })
  const findings = await FindingsStore.open(database, join(directory, 'findings.db'))
  const target = {
    ledgers,
    findings,
    importsDirectory: directory,
    append: async () => {},
    close: async () => {
      await ledgers.close()
      await findings.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  try {
    await copyFrom(place, target)
    return target
  } catch (error) {
    await target.close()
    throw error
  }
}

async function copyFrom({ data, database }: Place, to: Pick<ImportTarget, 'ledgers' | 'findings'>): Promise<void> {
  const files = dataFiles(data)
  if (database.kind === 'postgresql' || existsSync(files.ledger)) {
    const ledgers = await openLedgers({ database }, files)
    await to.ledgers.copyFrom(ledgers).finally(() => ledgers.close())
  }
  if (database.kind === 'postgresql' || existsSync(files.findings)) {
    const findings = await openFindings({ database }, files)
    await to.findings.copyFrom(findings).finally(() => findings.close())
  }
}
