/** `adit backup`: a copy of everything in the data directory, beside the running service, that a start can go on from. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { archiveExtents } from '../../ingest/journal-archive.ts'
import { Refusal } from '../../model/refusal.ts'
import { readHead } from '../audit/audit-head.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { BackupWriter, type Damaged } from './backup-writer.ts'
import { configurationHash, keptElsewhere } from './kept-elsewhere.ts'
import { BACKUP_FORMAT, type Manifest } from './manifest.ts'
import { fixMoment, type Moment } from './moment.ts'
import { ReadingsCopy } from './readings-copy.ts'

export interface BackupOptions {
  readonly files: DataFiles
  readonly config: Config
  readonly out: string
  readonly program: string
  readonly now: Date
}

export interface BackupTaken {
  readonly manifest: Manifest
  /** Databases that were damaged before; they are in it as they are. */
  readonly damaged: readonly Damaged[]
}

/** Leaves nothing at `out` when it rejects. */
export async function takeBackup(options: BackupOptions): Promise<BackupTaken> {
  const backup = new BackupWriter(options.out)
  try {
    return { manifest: await take(options, backup), damaged: backup.damaged }
  } catch (error) {
    backup.discard()
    throw error
  }
}

async function take({ files, config, program, now }: BackupOptions, backup: BackupWriter): Promise<Manifest> {
  const readings = new ReadingsCopy(files.readings, backup)
  const copyReadings = async () => {
    if (config.store.kind === 'embedded') await readings.catchUp()
  }
  // most of it before the moment, which then is short
  await copyReadings()
  const moment = await fixMoment(files, copyReadings)
  try {
    await copyMoment(files, moment, backup)
  } finally {
    await moment.close()
  }
  for (const path of [files.directoryId, files.ledgerRows]) if (existsSync(path)) await backup.copy(path, basename(path))
  await copyArchive(files.archive, moment, backup)
  await copyImports(files.imports, backup)
  const { calibration } = config.detectors
  backup.put('calibration.json', `${JSON.stringify(calibration, null, 1)}\n`)
  return await backup.finish({
    format: BACKUP_FORMAT,
    program,
    takenAt: now.toISOString(),
    journal: moment.journal,
    checkpoint: moment.checkpoint?.head ?? null,
    audit: auditOf(backup, files),
    configuration: configurationHash(config),
    elsewhere: keptElsewhere(config, backup.directory),
  })
}

async function copyMoment(files: DataFiles, { databases, checkpoint, auditHead }: Moment, backup: BackupWriter): Promise<void> {
  for (const [name, snapshot] of databases) await backup.copyDatabase(snapshot, basename(files[name]))
  if (checkpoint) await backup.copyOpen(checkpoint.file, basename(files.checkpoint))
  if (auditHead !== null) backup.put(basename(files.auditHead), auditHead)
}

/** What the journal released by then; frames that came later hold packets that the copied journal has itself. */
async function copyArchive(directory: string, { journal, checkpoint }: Moment, backup: BackupWriter): Promise<void> {
  const { extents, last } = await archiveExtents(directory, journal.position)
  // pruned meanwhile when it cannot be copied
  for (const { path, bytes } of extents) await backup.copy(path, join('archive', basename(path)), bytes)
  const state = checkpoint?.head.position ?? 0
  if (journal.released <= state || last >= journal.released) return
  throw new Refusal(
    'backup-gap',
    `packets ${state + 1} to ${journal.released} are neither in the detectors' state nor in journal and archive: retention.archiveDays is 0, and no checkpoint stood long enough; try again, raise checkpointSeconds, or stop the service for the backup`,
  )
}

async function copyImports(directory: string, backup: BackupWriter): Promise<void> {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory).filter((name) => name.endsWith('.adit'))) {
    await backup.copy(join(directory, name), join('imports', name))
  }
}

function auditOf(backup: BackupWriter, files: DataFiles): Manifest['audit'] {
  const name = basename(files.auditHead)
  const head = backup.has(name) ? readHead(join(backup.directory, name)) : null
  return head && { size: head.size, hash: head.hash }
}
