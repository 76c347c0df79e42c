/**
 * The moment that a backup shows: what a kill of the service would have left, though nothing is held up. Parts are opened in
 * the order that docs/decisions/0020 proves: state, readings, what was told, journal, and behind it what the journal refers to.
 */
import { existsSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { LAST_POSITION, RELEASED_POSITION } from '../../ingest/journal-database.ts'
import { CheckpointError, readHeader } from '../checkpoint.ts'
import type { DataFiles } from '../data-directory.ts'
import { DatabaseSnapshot } from './database-snapshot.ts'
import type { Manifest } from './manifest.ts'

/** A database as it is copied: told before the journal is fixed, or referred to by what is in the journal. */
const TOLD = ['webhooks', 'alerts', 'quarantine'] as const
const REFERRED = ['ledger', 'findings', 'gateways', 'tokens', 'users', 'audit'] as const
type DatabaseName = (typeof TOLD)[number] | 'journal' | (typeof REFERRED)[number]

export interface Moment {
  readonly journal: Manifest['journal']
  /** Open; the service may have put another in its place meanwhile. Null when there is none that can be used. */
  readonly checkpoint: { readonly file: FileHandle; readonly head: NonNullable<Manifest['checkpoint']> } | null
  readonly databases: ReadonlyMap<DatabaseName, DatabaseSnapshot>
  /** Text of the audit head, read before its log was fixed. */
  readonly auditHead: string | null
  close(): Promise<void>
}

/** Times to look for a moment in which the journal still has all that the state has not. */
const ATTEMPTS = 10

/** `copyReadings` is called in between. */
export async function fixMoment(files: DataFiles, copyReadings: () => Promise<void>): Promise<Moment> {
  for (let attempt = 1; ; attempt++) {
    const moment = await tryMoment(files, copyReadings)
    // otherwise a checkpoint came in between; in the end what it released is read from the archive
    if (moment.journal.released <= (moment.checkpoint?.head.position ?? 0) || attempt === ATTEMPTS) return moment
    await moment.close()
    await pause(10 * attempt)
  }
}

async function tryMoment(files: DataFiles, copyReadings: () => Promise<void>): Promise<Moment> {
  const databases = new Map<DatabaseName, DatabaseSnapshot>()
  const fix = (name: DatabaseName) => {
    if (existsSync(files[name])) databases.set(name, new DatabaseSnapshot(files[name]))
  }
  const checkpoint = await openCheckpoint(files.checkpoint)
  const close = async () => {
    for (const database of databases.values()) database.close()
    await checkpoint?.file.close()
  }
  try {
    await copyReadings()
    for (const name of TOLD) fix(name)
    fix('journal')
    const auditHead = existsSync(files.auditHead) ? readFileSync(files.auditHead, 'utf8') : null
    for (const name of REFERRED) fix(name)
    const journal = databases.get('journal')
    const position = journal?.positionBy(LAST_POSITION) ?? 0
    const released = journal?.positionBy(RELEASED_POSITION) ?? 0
    return { journal: { position, released }, checkpoint, databases, auditHead, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openCheckpoint(path: string): Promise<Moment['checkpoint']> {
  if (!existsSync(path)) return null
  const file = await open(path, 'r')
  try {
    const { fingerprint, position } = readHeader(file.fd)
    return { file, head: { fingerprint, position } }
  } catch (error) {
    await file.close()
    if (error instanceof CheckpointError) return null
    throw error
  }
}
