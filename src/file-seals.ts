/**
 * Seals: when the service stops in peace it notes what each database file then is. A file that is another at the next start
 * although nobody wrote to it (its time of change is the same) has rotted: SQLite itself would not notice a bit in a value.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'

const Seal = z.strictObject({ bytes: z.int(), modifiedMs: z.number(), crc: z.int() })
const Seals = z.record(z.string().max(100), Seal)

/** A copy of the directory keeps times to the millisecond only. */
const CLOCK_GRAIN_MS = 2

export type SealState = 'whole' | 'broken' | 'unknown'

/** Nobody may have the files open any more. */
export function sealFiles(directory: string, paths: readonly string[]): void {
  // one with something in its write-ahead log is still in use by a command
  const closed = paths.filter((path) => existsSync(path) && !hasLog(path))
  const seals = Object.fromEntries(closed.map((path) => [basename(path), sealOf(path)]))
  writeFileSync(fileOf(directory), JSON.stringify(seals), { flush: true })
}

/** Reads the seals of the last stop and takes them off; says of each file what its seal says. */
export function takeSeals(directory: string): (path: string) => SealState {
  const seals = readSeals(directory)
  rmSync(fileOf(directory), { force: true })
  return (path) => {
    const seal = seals[basename(path)]
    if (seal === undefined || hasLog(path)) return 'unknown'
    const now = sealOf(path)
    if (now.crc === seal.crc && now.bytes === seal.bytes) return 'whole'
    return Math.abs(now.modifiedMs - seal.modifiedMs) <= CLOCK_GRAIN_MS || now.bytes === 0 ? 'broken' : 'unknown'
  }
}

/** An empty one stays behind a connection that only read. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function readSeals(directory: string): z.infer<typeof Seals> {
  try {
    return Seals.parse(JSON.parse(readFileSync(fileOf(directory), 'utf8')))
  } catch {
    // none, after a kill; or damaged itself, and then the databases are looked through
    return {}
  }
}

function sealOf(path: string): z.infer<typeof Seal> {
  const { size, mtimeMs } = statSync(path)
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(1 << 20)
    let crc = 0
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) crc = crc32(buffer.subarray(0, read), crc)
    return { bytes: size, modifiedMs: Math.floor(mtimeMs), crc }
  } finally {
    closeSync(file)
  }
}

function fileOf(directory: string): string {
  return join(directory, 'seals.json')
}
