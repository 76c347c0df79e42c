/** What a backup says of itself: `manifest.json`, written last, and its own checksum beside it as `sha256sum` writes one. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Refusal } from '../../model/refusal.ts'

/** Raised when an older program could not restore what a newer one writes. */
export const BACKUP_FORMAT = 1
const MANIFEST = 'manifest.json'
const CHECKSUM = 'manifest.sha256'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const BackedUpFile = z.strictObject({
  /** Below the backup and below the data directory, with `/`. */
  path: z
    .string()
    .max(500)
    .regex(/^(?!.*\.\.)[\w=-][\w=.-]*(\/[\w=-][\w=.-]*)*$/, 'a path below the directory'),
  bytes: z.int().nonnegative(),
  sha256: Sha256,
})
export type BackedUpFile = z.infer<typeof BackedUpFile>

export const Manifest = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  program: z.string().max(100),
  takenAt: z.iso.datetime(),
  /** Last position in the journal, and up to which it was released to the archive. */
  journal: z.strictObject({ position: z.int().nonnegative(), released: z.int().nonnegative() }),
  /** What the detectors' state was made with, and up to where; null when there was none. */
  checkpoint: z.strictObject({ fingerprint: z.string().max(200), position: z.int().nonnegative() }).nullable(),
  /** The head of the audit log that is in it. */
  audit: z.strictObject({ size: z.int().nonnegative(), hash: Sha256 }).nullable(),
  /** Of the configuration without its secrets. */
  configuration: Sha256,
  /** Parts that are kept elsewhere, each with the command that saves it. */
  elsewhere: z.array(z.strictObject({ part: z.string().max(2_000), command: z.string().max(2_000) })).max(10),
  files: z.array(BackedUpFile),
})
export type Manifest = z.infer<typeof Manifest>

/** The two files that make a backup whole, by their names. */
export function manifestFiles(manifest: Manifest): readonly (readonly [name: string, text: string])[] {
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  return [
    [MANIFEST, text],
    [CHECKSUM, `${sha256Of(text)}  ${MANIFEST}\n`],
  ]
}

/** Throws Refusal when there is none, when it was changed, or when a newer program made it. */
export function readManifest(directory: string): Manifest {
  const [path, checksumPath] = [join(directory, MANIFEST), join(directory, CHECKSUM)]
  if (!existsSync(path) || !existsSync(checksumPath)) {
    throw new Refusal(
      'no-backup',
      `${directory} is no backup, or one that was not finished: it has no ${existsSync(path) ? CHECKSUM : MANIFEST}`,
    )
  }
  const text = readFileSync(path, 'utf8')
  if (readFileSync(checksumPath, 'utf8') !== `${sha256Of(text)}  ${MANIFEST}\n`) {
    throw new Refusal('backup-damaged', `${path} is not as it was written: its SHA-256 is not the one in ${CHECKSUM}`)
  }
  const read: unknown = JSON.parse(text)
  const newer = z.looseObject({ format: z.int().gt(BACKUP_FORMAT), program: z.string() }).safeParse(read)
  if (newer.success) {
    const { format, program } = newer.data
    throw new Refusal(
      'backup-newer',
      `${directory} is of format ${format}, made by adit ${program}; this program knows formats up to ${BACKUP_FORMAT}: restore it with that version or a later one`,
    )
  }
  const manifest = Manifest.safeParse(read)
  if (manifest.success) return manifest.data
  const [{ path: at, message }] = manifest.error.issues
  throw new Refusal('backup-damaged', `${path} is none that adit writes: ${at.join('.')}: ${message}`)
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
