/**
 * Seals: when the service stops in peace it notes what each database file then is. A file that is another at the next start
 * although nobody wrote to it (its time of change is the same) has rotted: SQLite itself would not notice a bit in a value.
 * The copies have seals of the same kind. Before the seals stands a checksum of them.
 */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { DamagedFile } from './damaged-file.ts'
import { placeIn } from './mend-log.ts'
import { placeFile } from './place-file.ts'

const Seal = z.strictObject({ bytes: z.int(), modifiedMs: z.number(), crc: z.int() })
const Seals = z.record(z.string().max(100), Seal)
type Seals = z.infer<typeof Seals>

/** A copy of the directory keeps times to the millisecond only. */
const CLOCK_GRAIN_MS = 2
const CHUNK = 1 << 20

export type SealState = 'whole' | 'broken' | 'unknown'

export interface TakenSeals {
  stateOf(path: string): Promise<SealState>
  /** The seals themselves, when they are not as they were written. */
  readonly damaged: DamagedFile | undefined
}

/** Nobody may have the files open any more. */
export async function sealFiles(directory: string, paths: readonly string[]): Promise<void> {
  const seals: Seals = {}
  // one with something in its write-ahead log is still in use by a command
  for (const path of paths) if (existsSync(path) && !hasLog(path)) seals[basename(path)] = await sealOf(path)
  const text = JSON.stringify(seals)
  placeFile(sealsIn(directory), `${sumOf(text)}\n${text}`)
}

/** Reads the seals of a directory; those that are damaged are kept in `aside`, as they were found. */
export function readSeals(directory: string, aside: string): TakenSeals {
  const seals = sealsOf(directory)
  return {
    stateOf: async (path) => {
      const seal = seals === 'damaged' ? undefined : seals[basename(path)]
      if (seal === undefined || !existsSync(path) || hasLog(path)) return 'unknown'
      const now = await sealOf(path)
      if (now.crc === seal.crc && now.bytes === seal.bytes) return 'whole'
      return Math.abs(now.modifiedMs - seal.modifiedMs) <= CLOCK_GRAIN_MS || now.bytes === 0 ? 'broken' : 'unknown'
    },
    damaged: seals === 'damaged' ? setAside(sealsIn(directory), aside) : undefined,
  }
}

/** Reads the seals of the last stop and takes them off. */
export function takeSeals(directory: string, aside: string): TakenSeals {
  const seals = readSeals(directory, aside)
  rmSync(sealsIn(directory), { force: true })
  return seals
}

/** An empty one stays behind a connection that only read. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** None after a kill. Former versions wrote no checksum. */
function sealsOf(directory: string): Seals | 'damaged' {
  if (!existsSync(sealsIn(directory))) return {}
  const text = readFileSync(sealsIn(directory), 'utf8')
  const [, sum, summed] = /^([0-9a-f]{8})\n(.*)$/s.exec(text) ?? [undefined, undefined, text]
  if (sum !== undefined && sum !== sumOf(summed)) return 'damaged'
  try {
    return Seals.parse(JSON.parse(summed))
  } catch {
    return 'damaged'
  }
}

function setAside(path: string, aside: string): DamagedFile {
  const name = basename(path)
  const place = placeIn(aside, name)
  placeFile(place, readFileSync(path))
  return {
    file: name,
    reason: 'its checksum does not hold',
    place,
    instead: 'none: files are looked through as after a kill',
    remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
  }
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

async function sealOf(path: string): Promise<z.infer<typeof Seal>> {
  const file = await open(path, 'r')
  try {
    const { size, mtimeMs } = await file.stat()
    const buffer = Buffer.allocUnsafe(CHUNK)
    let crc = 0
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, at)
      if (bytesRead === 0) return { bytes: size, modifiedMs: Math.floor(mtimeMs), crc }
      crc = crc32(buffer.subarray(0, bytesRead), crc)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}

function sealsIn(directory: string): string {
  return join(directory, 'seals.json')
}
