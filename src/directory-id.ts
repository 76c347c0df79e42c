import { randomBytes } from 'node:crypto'
import { readTwins, writeTwins } from './twin-file.ts'

/** A name that a data directory gives itself, once: what lies in a database elsewhere belongs to the journal in it. */
export function directoryId(path: string): string {
  const given = readTwins(path)?.trim()
  if (given !== undefined) return given
  const id = randomBytes(8).toString('hex')
  writeTwins(path, `${id}\n`)
  return id
}
