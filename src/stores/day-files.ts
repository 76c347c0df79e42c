import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { SECONDS_A_DAY } from './reading-tail.ts'

const SUFFIX = '.parquet'
const CHECKSUM = /-crc([0-9a-f]{8})\.parquet$/
const TEMPORARY = /^\.writing-(\d+)-/

/**
 * Parquet files by UTC day, `day=2026-11-24/…parquet`. The directory is the only list there is: a file that appears
 * counts, so files may be copied in, and nothing can disagree with what is on disk.
 */
export class DayFiles {
  readonly #directory: string
  readonly #setAside: string

  constructor(directory: string) {
    this.#directory = directory
    this.#setAside = join(directory, 'set-aside')
  }

  /** Makes the directory, and clears what processes that are gone left half-written. */
  async open(): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    for (const name of await readdir(this.#directory)) {
      const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN)
      if (Number.isNaN(pid) || (pid !== process.pid && isRunning(pid))) continue
      await rm(join(this.#directory, name), { recursive: true, force: true })
    }
  }

  /** The days (epoch seconds / 86,400) with files that overlap [from, to) UTC seconds, in order. */
  async days(from: number, to: number): Promise<number[]> {
    const days: number[] = []
    for (const name of await readdir(this.#directory)) {
      const day = dayOfName(name)
      if (day !== undefined && (day + 1) * SECONDS_A_DAY > from && day * SECONDS_A_DAY < to) days.push(day)
    }
    return days.sort((a, b) => a - b)
  }

  async of(day: number): Promise<string[]> {
    const directory = join(this.#directory, nameOfDay(day))
    const names = await readdir(directory).catch(emptyWhenAbsent)
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(directory, name))
  }

  /** A path to write a file at before it is placed; on the same file system. */
  temporary(): string {
    return join(this.#directory, `.writing-${process.pid}-${randomUUID()}`)
  }

  /** Makes a file written at `temporary()` a file of the day. Durable on return: the file, its name and its directory. */
  async place(temporary: string, day: number): Promise<void> {
    const directory = join(this.#directory, nameOfDay(day))
    const created = await mkdir(directory, { recursive: true })
    await sync(temporary)
    const checksum = (await checksumOf(temporary)).toString(16).padStart(8, '0')
    await rename(temporary, join(directory, `${randomUUID()}-crc${checksum}${SUFFIX}`))
    await sync(directory)
    if (created !== undefined) await sync(this.#directory)
  }

  /** Whether a file is as it was placed, by the checksum in its name; a file copied in without one counts as whole. */
  async isWhole(file: string): Promise<boolean> {
    const checksum = CHECKSUM.exec(file)?.[1]
    return checksum === undefined || Number.parseInt(checksum, 16) === (await checksumOf(file))
  }

  /** Moves a file that cannot be read out of the way; returns where it is now. */
  async setAside(file: string): Promise<string> {
    await mkdir(this.#setAside, { recursive: true })
    const place = join(this.#setAside, file.slice(this.#directory.length + 1).replaceAll(/[\\/]/g, '_'))
    await rename(file, place)
    await sync(dirname(file))
    await sync(this.#setAside)
    return place
  }
}

function nameOfDay(day: number): string {
  return `day=${new Date(day * SECONDS_A_DAY * 1000).toISOString().slice(0, 10)}`
}

function dayOfName(name: string): number | undefined {
  const date = /^day=(\d{4}-\d\d-\d\d)$/.exec(name)?.[1]
  const milliseconds = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000 / SECONDS_A_DAY
}

function emptyWhenAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function checksumOf(path: string): Promise<number> {
  let checksum = 0
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) checksum = crc32(bytes, checksum)
  return checksum
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
