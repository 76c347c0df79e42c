import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { measureFile } from './copy-bytes.ts'
import { type BackedUpFile, type Manifest, readManifest } from './manifest.ts'

export interface BackupVerdict {
  readonly manifest: Manifest
  /** Files that are not as they were written, each with what is wrong. */
  readonly faults: readonly { readonly path: string; readonly reason: string }[]
}

/** Reads all of a backup. Throws Refusal when its manifest cannot be believed. */
export async function checkBackup(directory: string): Promise<BackupVerdict> {
  const manifest = readManifest(directory)
  const faults: { path: string; reason: string }[] = []
  for (const file of manifest.files) {
    const reason = await faultOf(join(directory, file.path), file)
    if (reason !== null) faults.push({ path: file.path, reason })
  }
  return { manifest, faults }
}

async function faultOf(path: string, { bytes, sha256 }: BackedUpFile): Promise<string | null> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) return found.code === 'ENOENT' ? 'is missing' : `cannot be read (${found.message})`
  if (!found.isFile()) return 'is no file'
  if (found.size !== bytes) return `has ${found.size} bytes, was written with ${bytes}`
  try {
    return (await measureFile(path)).sha256 === sha256 ? null : 'has another SHA-256 than it was written with'
  } catch (error) {
    return `cannot be read (${error instanceof Error ? error.message : error})`
  }
}
