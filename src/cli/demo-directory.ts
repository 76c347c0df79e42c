import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { type DataFiles, lockDataDirectory, openDataDirectory } from '../data-directory.ts'

const MARK = 'adit-demo.txt'
const MARK_TEXT = 'The data of adit demo: deleted at its next start.\n'

/** An empty data directory for the demo. Throws Refusal for a directory that is not the demo's own: nobody's data is deleted. */
export function emptyDemoDirectory(directory: string): DataFiles {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    if (!isDemo(directory)) {
      throw new Refusal('not-a-demo', `${directory} holds something else than a demo: give another directory with --data`)
    }
    lockDataDirectory(directory)()
    rmSync(directory, { recursive: true, force: true })
  }
  const files = openDataDirectory(directory)
  writeFileSync(join(directory, MARK), MARK_TEXT)
  return files
}

function isDemo(directory: string): boolean {
  try {
    return readFileSync(join(directory, MARK), 'utf8') === MARK_TEXT
  } catch {
    return false
  }
}
