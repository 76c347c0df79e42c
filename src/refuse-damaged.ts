/** Whoever opens a database after a kill decides what of its write-ahead log is kept: the service, which puts right what it can, comes first. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../model/refusal.ts'
import type { DataFiles } from './data-directory.ts'
import { runningService } from './service-note.ts'
import { examineLog } from './write-ahead-log.ts'

export const START_FIRST = 'start adit serve before any other command: it puts right what it can, and says what is lost'

/** Before a command opens a database. Beside a running service there is nothing to be asked. */
export function refuseDamaged(files: DataFiles): void {
  const logs = damagedLogs(files)
  if (logs.length > 0)
    throw new Refusal('damaged', `${logs.join(', ')} in ${files.directory}: damaged since a kill; ${START_FIRST}`)
}

/** Names of the logs that a kill has left and that are damaged. */
export function damagedLogs(files: DataFiles): string[] {
  if (runningService(files)) return []
  const logs = namesIn(files.directory).filter((name) => name.endsWith('.db-wal'))
  return logs.filter((name) => {
    const { bits, brokenAt } = examineLog(join(files.directory, name))
    return bits.length > 0 || brokenAt !== undefined
  })
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    // there is none yet
    return []
  }
}
