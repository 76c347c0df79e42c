/** Where an import puts what it takes: the data directory, or for a dry run copies that are thrown away. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteJournal } from '../ingest/sqlite-journal.ts'
import type { Packet } from '../model/packet.ts'
import { dataFiles, openDataDirectory } from './data-directory.ts'
import { FindingsStore } from './findings-store.ts'
import { LedgerStore } from './ledger/ledger-store.ts'

export interface ImportTarget {
  readonly ledgers: LedgerStore
  readonly findings: FindingsStore
  readonly importsDirectory: string
  append(packets: readonly Packet[]): Promise<void>
  close(): Promise<void>
}

export function realTarget(data: string): ImportTarget {
  const files = openDataDirectory(data)
  const ledgers = new LedgerStore(files.ledger)
  const findings = new FindingsStore(files.findings)
  const journal = new SqliteJournal({ path: files.journal, waitMilliseconds: 5 })
  return {
    ledgers,
    findings,
    importsDirectory: files.imports,
    append: async (packets) => {
      await Promise.all(packets.map((packet) => journal.append(packet)))
    },
    close: async () => {
      ledgers.close()
      findings.close()
      await journal.close()
    },
  }
}

/** For a dry run: copies of the ledgers and findings, and nothing that leads back. */
export function scratchTarget(data: string): ImportTarget {
  const directory = mkdtempSync(join(tmpdir(), 'adit-dry-run-'))
  const copies = { ledger: join(directory, 'ledger.db'), findings: join(directory, 'findings.db') }
  const originals = dataFiles(data)
  copy(originals.ledger, copies.ledger, (path) => new LedgerStore(path))
  copy(originals.findings, copies.findings, (path) => new FindingsStore(path))
  const ledgers = new LedgerStore(copies.ledger)
  const findings = new FindingsStore(copies.findings)
  return {
    ledgers,
    findings,
    importsDirectory: directory,
    append: async () => {},
    close: async () => {
      ledgers.close()
      findings.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function copy(from: string, to: string, open: (path: string) => { copyTo(path: string): void; close(): void }): void {
  if (!existsSync(from)) return
  const original = open(from)
  original.copyTo(to)
  original.close()
}
