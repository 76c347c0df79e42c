/** The newest hash, noted outside of the database: a log whose end was cut off is whole in itself and shorter than this. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { syncDirectory } from '../../ingest/journal-database.ts'
import { Refusal } from '../../model/refusal.ts'

const AuditHead = z.object({
  size: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** In which kind of database the log is. */
  kind: z.enum(['embedded', 'postgresql']),
})
export type AuditHead = z.infer<typeof AuditHead>

/** Null when there is none; throws Refusal when it is none that we wrote. */
export function readHead(path: string): AuditHead | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const head = AuditHead.safeParse(jsonOf(text))
  if (head.success) return head.data
  throw new Refusal('audit', `${path}: is not as we write it; find out who changed it, then put it aside`)
}

/** On disk when it returns; a stop in between leaves the old one. */
export function writeHead(path: string, head: AuditHead): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
  syncDirectory(dirname(path))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
