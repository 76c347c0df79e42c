import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../fixtures/simulator/random.ts'

export const FILE_KINDS = [
  'journal.db',
  'archive',
  'checkpoint',
  'readings',
  'alerts.db',
  'quarantine.db',
  'ledger.db',
  'gateways.db',
  'tokens.db',
  'users.db',
  'seals.json',
  'lock.pid',
  'admin-token',
] as const
export type FileKind = (typeof FILE_KINDS)[number]

export const DAMAGES = ['one flipped bit', 'torn tail', 'zeroed tail'] as const
export type DamageKind = (typeof DAMAGES)[number]

/** At most so much of a tail. */
const TAIL_BYTES = 20_000

export function filesOf(data: string, kind: FileKind): string[] {
  if (kind !== 'archive' && kind !== 'readings') return [join(data, kind)]
  return readdirSync(join(data, kind), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(adj|parquet)$/.test(name))
    .map((name) => join(data, kind, name))
}

/** Says where. Rot changes no time of change. */
export function damageFile(file: string, damage: DamageKind, random: Random): string {
  const { size, atime, mtime } = statSync(file)
  const tail = random.int(1, Math.min(TAIL_BYTES, size))
  const bytes = readFileSync(file)
  // zeros where there were zeros are no damage
  const last = bytes.findLastIndex((byte) => byte !== 0)
  const cut = damage === 'zeroed tail' ? Math.max(0, Math.min(last, size - tail)) : size - tail
  const at = damage === 'one flipped bit' ? random.int(0, size - 1) : cut
  if (damage === 'torn tail') truncateSync(file, at)
  else {
    if (damage === 'zeroed tail') bytes.fill(0, at)
    else bytes[at] ^= 1 << random.int(0, 7)
    writeFileSync(file, bytes)
  }
  utimesSync(file, atime, mtime)
  return `${at} of ${size}`
}
