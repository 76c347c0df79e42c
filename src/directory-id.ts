import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

/** A name that a data directory gives itself, once: what lies in a database elsewhere belongs to the journal in it. */
export function directoryId(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const id = randomBytes(8).toString('hex')
  writeFileSync(path, `${id}\n`, { flag: 'wx', flush: true })
  return id
}
