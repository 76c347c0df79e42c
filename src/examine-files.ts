/**
 * Before anything is opened: are the databases as they were left? One that is not is put aside, its copy or what can be read
 * of it takes its place, and the service starts; what is to be done about it is said.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crashPoint } from '../ingest/crash-point.ts'
import { GapBook } from '../ingest/gap-book.ts'
import { GatewayDirectory } from '../ingest/gateway-directory.ts'
import { openJournalDatabase } from '../ingest/journal-database.ts'
import { Quarantine } from '../ingest/quarantine.ts'
import { RefusalBook } from '../ingest/refusal-book.ts'
import { AlertStore } from './alerts/alert-store.ts'
import { TokenStore } from './api/tokens.ts'
import { AuditLog } from './audit/audit-log.ts'
import type { DamagedFile } from './damaged-file.ts'
import type { DataFiles } from './data-directory.ts'
import type { DatabaseConfig } from './database/database-config.ts'
import { wholeCopyOf } from './database-copies.ts'
import { examineLogOf } from './examine-log.ts'
import { type SealState, sealFiles, takeSeals } from './file-seals.ts'
import { FindingsStore } from './findings-store.ts'
import { boundReleased, examineEndNote, examineJournalEnd, noteEndAnew } from './journal-loss.ts'
import { noteJudgeAgain } from './judge-again-note.ts'
import { LedgerStore } from './ledger/ledger-store.ts'
import { WebhookCursors } from './notify/webhook-cursors.ts'
import { isDatabaseDamage, keepDamaged, removeDatabase, replaceDatabase, salvageDatabase } from './salvage-database.ts'
import { mendTwins } from './twin-file.ts'
import { DatabaseUsers } from './users/database-users.ts'

/** Larger ones are looked through only when something went wrong with them. */
const MOST_BYTES = 64 * 1024 * 1024
const EMBEDDED: DatabaseConfig = { kind: 'embedded' }
interface Closable {
  close(): unknown
}

interface Database {
  readonly path: string
  /** Makes an empty one. */
  readonly make: (path: string) => Closable | Promise<Closable>
  readonly remedy: string
  /** What it held comes back when everything is judged again from the archive. */
  readonly judgeAgain?: true
}

function databasesOf(files: DataFiles): Database[] {
  const again = { remedy: 'nothing: everything is judged again from the archive', judgeAgain: true } as const
  return [
    {
      path: files.journal,
      make: openJournalDatabase,
      remedy: 'packets that are missing are named in the log; gateways that keep theirs can send them again',
    },
    {
      path: files.ledger,
      make: (file) => LedgerStore.open({ database: EMBEDDED, file }),
      remedy: 'import again what was imported since',
    },
    {
      path: files.gateways,
      make: (path) => {
        new GapBook(path).close()
        new RefusalBook(path).close()
        return new GatewayDirectory(path)
      },
      remedy: 'register again the gateways that cannot log in: adit gateway add',
    },
    {
      path: files.tokens,
      make: (path) => new TokenStore(path),
      remedy: 'make again the tokens that do not hold any more: adit token add',
    },
    {
      path: files.users,
      make: (users) => DatabaseUsers.open(EMBEDDED, { users }),
      remedy: 'make again the accounts that are missing',
    },
    {
      path: files.webhooks,
      make: (path) => new WebhookCursors(path),
      remedy: 'webhooks whose place was lost are told of what happens from now on; let their receivers read the alerts of before',
    },
    { path: files.findings, make: (file) => FindingsStore.open(EMBEDDED, file), remedy: 'import again what was imported since' },
    {
      path: files.alerts,
      make: (file) => AlertStore.open({ database: EMBEDDED, file, journal: () => '', placesOf: async () => [] }),
      ...again,
    },
    { path: files.quarantine, make: (path) => new Quarantine({ path }), ...again },
    {
      path: files.audit,
      // the head stays: what is missing shows in the chain, and nothing is put upon it when the newest record is gone
      make: (audit) => AuditLog.open(EMBEDDED, { audit, auditHead: files.auditHead }, Date.now),
      remedy:
        'run adit verify-audit: it names the first record that does not hold. Find out who could change the file, and keep it as evidence',
    },
  ]
}

/** Nobody may have the databases open. */
export async function examineFiles(files: DataFiles): Promise<DamagedFile[]> {
  const seals = takeSeals(files.directory, files.damaged)
  const suspicious = existsSync(suspicionOf(files))
  const small = [files.format, files.directoryId, files.ledgerRows]
  const damaged = small.flatMap((path) => mendTwins(path, files.damaged))
  if (seals.damaged) damaged.push(seals.damaged)
  const endNote = examineEndNote(files)
  if (endNote) damaged.push(endNote)
  for (const database of databasesOf(files)) {
    if (!existsSync(database.path)) continue
    damaged.push(...(await examineOne(files, database, await seals.stateOf(database.path), suspicious)))
  }
  if (endNote) noteEndAnew(files.journal)
  rmSync(suspicionOf(files), { force: true })
  return damaged
}

async function examineOne(files: DataFiles, database: Database, seal: SealState, suspicious: boolean): Promise<DamagedFile[]> {
  const { path, make, remedy, judgeAgain } = database
  const isJournal = path === files.journal
  const log = examineLogOf(path, files.damaged, isJournal)
  const found = log.mended ? [log.mended] : []
  if (isJournal) found.push(...(await missingAtEnd(files)))
  if (seal === 'whole' && !suspicious) return found
  const reason = log.broken ?? (seal === 'broken' ? 'it changed while nobody wrote to it' : faultOf(path, suspicious))
  if (reason === undefined) return found
  if (judgeAgain) noteJudgeAgain(files, `${basename(path)}: ${reason}`)
  found.push({ file: basename(path), reason, ...(await rescue(files, path, make)), remedy })
  if (isJournal) {
    // only after a stop in peace is the note of its end on disk
    if (seal === 'broken') await boundReleased(files)
    found.push(...(await missingAtEnd(files)))
  }
  return found
}

/** Nothing of a journal that cannot be read: it is looked at again when what can be read of it has taken its place. */
async function missingAtEnd(files: DataFiles): Promise<DamagedFile[]> {
  try {
    const missing = await examineJournalEnd(files)
    return missing ? [missing] : []
  } catch (error) {
    if (!isDatabaseDamage(error)) throw error
    return []
  }
}

/** The copy, when there is one that is whole; else the rows that can be read. */
async function rescue(files: DataFiles, path: string, make: Database['make']): Promise<Pick<DamagedFile, 'place' | 'instead'>> {
  const place = keepDamaged(path, files.damaged)
  const fresh = `${path}.salvaged`
  const copy = await wholeCopyOf(files, path)
  let instead: string
  if (copy !== undefined && faultOf(copy, true) === undefined) {
    removeDatabase(fresh)
    instead = `its copy of ${statSync(copy).mtime.toISOString()}`
    writeFileSync(fresh, readFileSync(copy), { flush: true })
  } else {
    const rows = await salvageDatabase(place, fresh, async (empty) => {
      await (await make(empty)).close()
    })
    instead = `${rows} rows that could be read`
  }
  replaceDatabase(path, fresh)
  return { place, instead }
}

/** After a stop in peace, when nobody has them open any more. */
export async function sealDatabases(files: DataFiles): Promise<void> {
  const paths = databasesOf(files).map(({ path }) => path)
  // the journal's packets have checksums of their own, and after a day without the store there may be many
  const sealed = paths.filter((path) => path !== files.journal || sizeOf(path) <= MOST_BYTES)
  crashPoint('seals-begun')
  await sealFiles(files.directory, sealed)
}

/** A part met damage: the next start looks through all databases, whatever their size. */
export function suspectFiles(files: DataFiles): void {
  writeFileSync(suspicionOf(files), '', { flush: true })
}

function faultOf(path: string, whatever: boolean): string | undefined {
  if (!whatever && statSync(path).size > MOST_BYTES) return undefined
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 10_000 })
    const [first] = database.prepare('PRAGMA integrity_check(1)').all()
    const said = String(first?.integrity_check ?? '')
    return said === 'ok' ? undefined : said.replaceAll('\n', ' ')
  } catch (error) {
    if (!isDatabaseDamage(error)) throw error
    return error.message
  } finally {
    database?.close()
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function suspicionOf({ directory }: DataFiles): string {
  return join(directory, 'examine')
}
