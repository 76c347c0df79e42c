import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../fixtures/simulator/random.ts'

/** Of a service that was stopped in peace. */
const AT_PEACE = [
  'journal.db',
  'journal.db-end',
  'archive',
  'checkpoint',
  'readings',
  'alerts.db',
  'quarantine.db',
  'ledger.db',
  'findings.db',
  'gateways.db',
  'tokens.db',
  'users.db',
  'audit.db',
  'audit-head',
  'copies',
  'seals.json',
  'lock.pid',
  'admin-token',
] as const

/** Of one that was killed. Logs that are empty then have nothing that could rot. */
const KILLED = [
  'journal.db-wal',
  'quarantine.db-wal',
  'gateways.db-wal',
  'tokens.db-wal',
  'users.db-wal',
  'audit.db-wal',
  'lock.db-journal',
  'service.json',
  'shared memory',
] as const

export const FILE_KINDS = [...AT_PEACE, ...KILLED]
export type FileKind = (typeof FILE_KINDS)[number]

const DAMAGES = ['one flipped bit', 'torn tail', 'zeroed tail'] as const
export type DamageKind = (typeof DAMAGES)[number]

/** At most so much of a tail. */
const TAIL_BYTES = 20_000
const FOLDERS: Partial<Record<FileKind, RegExp>> = { archive: /\.adj$/, readings: /\.parquet$/, copies: /\.db$/ }

export function isOfKilled(kind: FileKind): boolean {
  return KILLED.some((killed) => killed === kind)
}

/** A tail of a log that is not the journal's looks as if its last write had been cut off: nobody could tell. */
export function damagesOf(kind: FileKind): readonly DamageKind[] {
  return kind.endsWith('-wal') && kind !== 'journal.db-wal' ? ['one flipped bit'] : DAMAGES
}

export function filesOf(data: string, kind: FileKind): string[] {
  if (kind === 'shared memory') return namesIn(data).filter((name) => name.endsWith('-shm'))
  const inside = FOLDERS[kind]
  return inside ? namesIn(join(data, kind)).filter((name) => inside.test(name)) : [join(data, kind)]
}

/** Files with something in them that no kind has. */
export function filesOfNoKind(data: string, killed: boolean): string[] {
  const known = new Set(FILE_KINDS.filter((kind) => isOfKilled(kind) || !killed).flatMap((kind) => filesOf(data, kind)))
  const besides = killed ? new Set(AT_PEACE.flatMap((kind) => filesOf(data, kind))) : known
  return namesIn(data).filter((name) => !known.has(name) && !besides.has(name) && statSync(name).size > 0)
}

function namesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** Says where. Rot changes no time of change. */
export function damageFile(file: string, damage: DamageKind, random: Random): string {
  const { atime, mtime } = statSync(file)
  const bytes = readFileSync(file)
  const size = file.endsWith('-wal') ? livingBytes(bytes) : bytes.length
  const tail = random.int(2, Math.min(TAIL_BYTES, size))
  // zeros where there were zeros are no damage
  const last = bytes.subarray(0, size).findLastIndex((byte) => byte !== 0)
  const cut = damage === 'zeroed tail' ? Math.max(0, Math.min(last, size - tail)) : size - tail
  const at = damage === 'one flipped bit' ? random.int(0, size - 1) : cut
  if (damage === 'torn tail') truncateSync(file, at)
  else {
    if (damage === 'zeroed tail') bytes.fill(0, at, size)
    else bytes[at] ^= 1 << random.int(0, 7)
    writeFileSync(file, bytes)
  }
  utimesSync(file, atime, mtime)
  return `${at} of ${size}`
}

const LOG_HEADER = 32
const FRAME_HEADER = 24

/** Of a write-ahead log: behind them lies what was copied into the database long ago. */
function livingBytes(log: Buffer): number {
  const frame = FRAME_HEADER + log.readUInt32BE(8)
  const salts = log.subarray(16, 24)
  let end = LOG_HEADER
  while (end + frame <= log.length && log.subarray(end + 8, end + 16).equals(salts)) end += frame
  return end
}
