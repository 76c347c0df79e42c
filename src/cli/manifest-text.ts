import type { Manifest } from '../backup/manifest.ts'

/** A backup in a line. */
export function manifestText({ files, journal, audit, takenAt, program }: Manifest): string {
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  const head = audit && audit.size > 0 ? `, audit head ${audit.size}:${audit.hash}` : ''
  return `${takenAt} by adit ${program}, ${files.length} files, ${megabytes.toFixed(1)} MB, journal position ${journal.position}${head}`
}
