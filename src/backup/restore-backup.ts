/** `adit restore`: a checked backup becomes a data directory that the service goes on from as after a kill. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { type DataFiles, dataFiles } from '../data-directory.ts'
import { checkBackup } from './check-backup.ts'
import { copyBytes, syncFolders, syncNames } from './copy-bytes.ts'
import type { BackedUpFile, Manifest } from './manifest.ts'

/** With these the directory has its audit log, which then holds what is done next. */
const FIRST = new Set(['audit.db', 'audit-head'])

export interface Restoring {
  readonly manifest: Manifest
  readonly files: DataFiles
  /** Copies the rest; the directory can be used when it resolves. */
  copyRest(): Promise<void>
}

/** Throws Refusal, with nothing changed, when the backup does not hold or the directory has something in it. */
export async function beginRestore(directory: string, data: string): Promise<Restoring> {
  if (existsSync(data) && readdirSync(data).some((name) => name !== 'lost+found')) {
    throw new Refusal('data-exists', `--data ${data} is not empty: a backup is restored into a new directory, never over another`)
  }
  const { manifest, faults } = await checkBackup(directory)
  if (faults.length > 0) {
    const [{ path, reason }] = faults
    const more = faults.length > 1 ? `, and ${faults.length - 1} more (adit backup --verify ${directory})` : ''
    throw new Refusal('backup-damaged', `${join(directory, path)} ${reason}${more}: nothing was restored`)
  }
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const files = dataFiles(data)
  writeFileSync(files.restoring, '', { mode: 0o600, flush: true })
  const copy = async (some: readonly BackedUpFile[]) => {
    for (const file of some) await copyFile(directory, data, file)
  }
  await copy(manifest.files.filter(({ path }) => FIRST.has(path)))
  return {
    manifest,
    files,
    copyRest: async () => {
      await copy(manifest.files.filter(({ path }) => !FIRST.has(path)))
      await syncFolders(data, manifest.files)
      rmSync(files.restoring)
      await syncNames(data)
      await syncNames(dirname(resolve(data)))
    },
  }
}

async function copyFile(directory: string, data: string, { path, sha256 }: BackedUpFile): Promise<void> {
  const file = await open(join(directory, path), 'r')
  try {
    const copied = await copyBytes(file, join(data, path))
    if (copied.sha256 !== sha256) throw new Error(`${join(directory, path)} changed while it was restored`)
  } finally {
    await file.close()
  }
}
