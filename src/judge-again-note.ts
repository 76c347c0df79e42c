/**
 * That everything is to be judged again from the archive, noted until it has begun: what it rests on was put right before, and a
 * start that ends in between would leave no trace of it.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { syncDirectory } from '../ingest/journal-database.ts'
import type { DataFiles } from './data-directory.ts'

/** On disk when it returns. */
export function noteJudgeAgain(files: DataFiles, reason: string): void {
  writeFileSync(noteOf(files), `${reason}\n`, { flush: true })
  syncDirectory(dirname(noteOf(files)))
}

/** Why, undefined when it is not. */
export function whyJudgeAgain(files: DataFiles): string | undefined {
  return existsSync(noteOf(files)) ? readFileSync(noteOf(files), 'utf8').trim() : undefined
}

export function judgingAgain(files: DataFiles): void {
  rmSync(noteOf(files), { force: true })
}

function noteOf({ directory }: DataFiles): string {
  return join(directory, 'judge-again')
}
