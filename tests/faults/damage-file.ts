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

/** Of one that was killed. */
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

/** Of one that was killed, too, when anything is in them then. */
const KILLED_WRITING = ['alerts.db-wal', 'ledger.db-wal', 'findings.db-wal', 'webhooks.db-wal'] as const

/** What every data directory has. */
export const USUAL_KINDS = [...AT_PEACE, ...KILLED]
export const FILE_KINDS = [...USUAL_KINDS, ...KILLED_WRITING]
export type FileKind = (typeof FILE_KINDS)[number]

const DAMAGES = ['one flipped bit', 'torn tail', 'zeroed tail'] as const
export type DamageKind = (typeof DAMAGES)[number]

/** At most so much of a tail. */
const TAIL_BYTES = 20_000
const FOLDERS: Partial<Record<FileKind, RegExp>> = { archive: /\.adj$/, readings: /\.parquet$/, copies: /\.(db|json)$/ }

export function isOfKilled(kind: FileKind): boolean {
  return [...KILLED, ...KILLED_WRITING].some((killed) => killed === kind)
}

/** A tail of a log that is not the journal's looks as if its last write had been cut off: nobody could tell. */
export function damagesOf(kind: FileKind): readonly DamageKind[] {
  return kind.endsWith('-wal') && kind !== 'journal.db-wal' ? ['one flipped bit'] : DAMAGES
}

/** Those with something in them that could rot. */
export function filesOf(data: string, kind: FileKind): string[] {
  return filesNamed(data, kind).filter((name) => (statSync(name, { throwIfNoEntry: false })?.size ?? 0) > 0)
}

function filesNamed(data: string, kind: FileKind): string[] {
  if (kind === 'shared memory') return namesIn(data).filter((name) => name.endsWith('-shm'))
  const inside = FOLDERS[kind]
  return inside ? namesIn(join(data, kind)).filter((name) => inside.test(name)) : [join(data, kind)]
}

/** Files with something in them that no kind has. */
export function filesOfNoKind(data: string, killed: boolean): string[] {
  const kinds: readonly FileKind[] = killed ? FILE_KINDS : [...AT_PEACE, 'shared memory']
  const known = new Set(kinds.flatMap((kind) => filesOf(data, kind)))
  return namesIn(data).filter((name) => !known.has(name) && statSync(name).size > 0)
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
  // an empty one looks as if it had just been made
  const at = damage === 'one flipped bit' ? random.int(0, size - 1) : damage === 'torn tail' ? Math.max(1, cut) : cut
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
