/** A database's write-ahead log, as a kill left it: looked through, and put right, before SQLite opens it and drops what it cannot read. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { DamagedFile } from './damaged-file.ts'
import { keepCopy, putRight, sumAnew } from './mend-log.ts'
import { examineLog } from './write-ahead-log.ts'

export interface ExaminedLog {
  /** It was damaged and is put right. */
  readonly mended?: DamagedFile
  /** Why what was committed cannot be had from it. */
  readonly broken?: string
}

/**
 * `rowsSummed`: each row of the database has a checksum, so that what lies behind a damaged frame can be kept; else the
 * database goes back to what it was before that frame.
 */
export function examineLogOf(database: string, damaged: string, rowsSummed: boolean): ExaminedLog {
  const path = `${database}-wal`
  if (!existsSync(path)) return {}
  const { bits, brokenAt, end } = examineLog(path)
  if (bits.length === 0 && brokenAt === undefined) return {}
  const place = keepCopy(path, damaged)
  if (bits.length > 0) putRight(path, bits)
  const told = { file: basename(path), place }
  if (brokenAt === undefined) {
    return {
      mended: {
        ...told,
        reason: bits.length === 1 ? `a bit had flipped at byte ${bits[0].at}` : `${bits.length} bits had flipped`,
        instead: 'the same with what had flipped put right',
        remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
      },
    }
  }
  const reason = `its write-ahead log is damaged at byte ${brokenAt}`
  if (!rowsSummed) return { broken: reason }
  sumAnew(path, end)
  const remedy = 'packets that are missing are named in the log; gateways that keep theirs can send them again'
  return { mended: { ...told, reason, instead: 'the same, to be read past the damage', remedy } }
}
