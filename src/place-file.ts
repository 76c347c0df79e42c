import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncDirectory } from '../ingest/journal-database.ts'

/** On disk when it returns, for its owner only; a stop in between, or a full disk, leaves the old one. */
export function placeFile(path: string, content: string | Uint8Array): void {
  const fresh = `${path}.new`
  try {
    writeFileSync(fresh, content, { mode: 0o600, flush: true })
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  renameSync(fresh, path)
  syncDirectory(dirname(path))
}
