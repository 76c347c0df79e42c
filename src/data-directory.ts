/**
 * The data directory and its lock. The lock is an SQLite transaction that stays open as long as the service runs: the
 * system lets go of it when the process dies, however it dies, so there is never a stale one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from '../model/refusal.ts'
import { readTwins, writeTwins } from './twin-file.ts'

/** Where each part keeps what it knows. */
export interface DataFiles {
  readonly directory: string
  readonly journal: string
  readonly ledger: string
  readonly gateways: string
  readonly quarantine: string
  readonly alerts: string
  readonly findings: string
  readonly webhooks: string
  readonly tokens: string
  readonly users: string
  readonly audit: string
  readonly auditHead: string
  readonly format: string
  readonly directoryId: string
  /** Which rows of ledgers that are kept elsewhere this directory goes by. */
  readonly ledgerRows: string
  readonly checkpoint: string
  readonly readings: string
  readonly archive: string
  readonly imports: string
  /** Files that were found damaged, as they were found. */
  readonly damaged: string
  /** Copies of what cannot be made again. */
  readonly copies: string
  readonly adminToken: string
  /** There while `adit restore` has not ended. */
  readonly restoring: string
}

export function dataFiles(directory: string): DataFiles {
  const at = (name: string) => join(directory, name)
  return {
    directory,
    journal: at('journal.db'),
    ledger: at('ledger.db'),
    gateways: at('gateways.db'),
    quarantine: at('quarantine.db'),
    alerts: at('alerts.db'),
    findings: at('findings.db'),
    webhooks: at('webhooks.db'),
    tokens: at('tokens.db'),
    users: at('users.db'),
    audit: at('audit.db'),
    auditHead: at('audit-head'),
    format: at('format'),
    directoryId: at('directory-id'),
    ledgerRows: at('ledger-rows'),
    checkpoint: at('checkpoint'),
    readings: at('readings'),
    archive: at('archive'),
    imports: at('imports'),
    damaged: at('damaged'),
    copies: at('copies'),
    adminToken: at('admin-token'),
    restoring: at('restoring'),
  }
}

/**
 * Raised, and written into the directory's file `format`, when an older program could no longer go on from what this one writes:
 * 2 when rows of the ledgers are in a database that are not in `ledger.db`.
 */
const DATA_FORMAT = 2

/** Makes the directory if need be, for its owner only. Throws Refusal when it is a newer program's, or holds a part of a backup only. */
export function openDataDirectory(directory: string): DataFiles {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const files = dataFiles(directory)
  if (existsSync(files.restoring)) {
    throw new Refusal('half-restored', `${directory} holds a part of a backup only: empty it and run adit restore again`)
  }
  const format = formatIn(files.format)
  // also when it is no number
  if (!(format <= DATA_FORMAT)) {
    throw new Refusal(
      'data-newer',
      `${directory} is of format ${format}, this program knows formats up to ${DATA_FORMAT}: start the newer program, or restore the backup that was made before it`,
    )
  }
  return files
}

/** Of this program: older ones refuse the directory from now on. */
export function raiseFormat({ format }: DataFiles): void {
  if (formatIn(format) < DATA_FORMAT) writeTwins(format, `${DATA_FORMAT}\n`)
}

/** Without such a file it is the first. */
function formatIn(path: string): number {
  return Number(readTwins(path) ?? 1)
}

/** Takes the directory for this process; returns the way to let go. Throws Refusal when another process has it. */
export function lockDataDirectory(directory: string): () => void {
  const database = new DatabaseSync(join(directory, 'lock.db'), { timeout: 0 })
  const holder = join(directory, 'lock.pid')
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!(error instanceof Error) || !/locked|busy/i.test(error.message)) throw error
    throw new Refusal(
      'data-in-use',
      `${directory} is in use by process ${pidIn(holder)}: stop that service first, or give another directory with --data`,
    )
  }
  writeFileSync(holder, `${process.pid}\n`)
  return () => database.close()
}

function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return '(unknown)'
  }
}
