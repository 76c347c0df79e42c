import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DataFiles } from './data-directory.ts'
import type { Finding } from './finding.ts'
import { damagedLogs, START_FIRST } from './refuse-damaged.ts'

/** What of the data directory was found damaged, or will be at the next start; for `adit doctor`, which opens nothing. */
export function examineDamage(files: DataFiles): Finding {
  const check = 'files'
  const logs = damagedLogs(files)
  if (logs.length > 0) {
    return { check, status: 'fail', detail: `${logs.join(', ')} damaged since a kill`, remedy: START_FIRST }
  }
  const aside = [files.damaged, join(files.readings, 'set-aside')]
  const names = aside.flatMap(namesIn)
  if (names.length === 0) return { check, status: 'pass', detail: 'nothing was found damaged' }
  return {
    check,
    status: 'warn',
    detail: `damaged and set aside: ${names.slice(0, 5).join(', ')} (${names.length})`,
    remedy: `the log of the start says what to do about each; move them out of ${aside.join(' and ')} when it is done`,
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
