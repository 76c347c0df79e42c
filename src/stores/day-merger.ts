import { rm, stat } from 'node:fs/promises'
import { crashPoint } from '../../ingest/crash-point.ts'
import type { DayFiles } from './day-files.ts'
import type { ParquetEngine } from './parquet-engine.ts'

/** Files of about one size that are worth one merge. */
const FAN_IN = 6
const SMALLEST = 16 * 1024
/** Files above this are sorted and pruned well enough as they are, and merging more would not fit DuckDB's memory. */
const LARGEST = 64 * 1024 * 1024
/** Rounds without a new file after which a day is made one file: a load profile costs a millisecond a file. */
const SETTLED = 32

interface SizedFile {
  readonly file: string
  readonly bytes: number
}

/**
 * Merges the files of a day that has six or more of about one size: 6, 36, 216 flushes end in one file, and each row is
 * written again only as often as the size grows six-fold. A day that has come to rest becomes one file without copies.
 * The new file is in place before the old ones go; a crash between leaves rows twice, which changes no profile.
 */
export class DayMerger {
  readonly #files: DayFiles
  readonly #engine: ParquetEngine
  readonly #onUnreadable: (files: readonly string[]) => Promise<void>
  /** The round in which each day that may need a merge got its last file. */
  readonly #lastNew: Map<number, number>
  #round = 0
  #running: Promise<void> | undefined
  #stopped = false

  /** `onUnreadable` is told of files of which one at least could not be merged. */
  constructor(
    files: DayFiles,
    engine: ParquetEngine,
    days: Iterable<number>,
    onUnreadable: (files: readonly string[]) => Promise<void>,
  ) {
    this.#files = files
    this.#engine = engine
    this.#onUnreadable = onUnreadable
    this.#lastNew = new Map(Array.from(days, (day) => [day, 0]))
  }

  noteNewFiles(days: Iterable<number>): void {
    for (const day of days) this.#lastNew.set(day, this.#round)
  }

  /** One round over the days with new files, unless one is under way. Never rejects: unmerged files are read as they are. */
  run(): Promise<void> {
    this.#round++
    this.#running ??= this.#mergeAll()
      .catch(() => {})
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  /** Breaks off the merge under way, and merges no more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#engine.interruptMerge()
    await this.#running
  }

  async #mergeAll(): Promise<void> {
    let settled = false
    for (const [day, round] of [...this.#lastNew]) {
      const sizes = await sizesOf(await this.#files.of(day))
      for (const group of groupsBySize(sizes)) await this.#merge(day, group, false)
      // One a round: a long backfill comes to rest all at once, and the line needs the processors.
      if (settled || this.#round - round < SETTLED) continue
      settled = true
      this.#lastNew.delete(day)
      const small = (await sizesOf(await this.#files.of(day))).filter(({ bytes }) => bytes <= LARGEST)
      if (small.length > 1)
        await this.#merge(
          day,
          small.map(({ file }) => file),
          true,
        )
    }
  }

  async #merge(day: number, group: readonly string[], dropCopies: boolean): Promise<void> {
    if (this.#stopped) return
    const temporary = this.#files.temporary()
    try {
      await this.#engine.merge(group, temporary, dropCopies)
    } catch {
      await rm(temporary, { force: true })
      if (!this.#stopped) await this.#onUnreadable(group)
      return
    }
    crashPoint('merge-written')
    await this.#files.place(temporary, day)
    crashPoint('merge-placed')
    for (const file of group) await rm(file, { force: true })
    crashPoint('merge-cleared')
  }
}

async function sizesOf(files: readonly string[]): Promise<SizedFile[]> {
  return Promise.all(files.map(async (file) => ({ file, bytes: (await stat(file)).size })))
}

function groupsBySize(sizes: readonly SizedFile[]): string[][] {
  const tiers = new Map<number, string[]>()
  for (const { file, bytes } of sizes) {
    if (bytes > LARGEST) continue
    const tier = Math.max(0, Math.ceil(Math.log(bytes / SMALLEST) / Math.log(FAN_IN)))
    tiers.set(tier, [...(tiers.get(tier) ?? []), file])
  }
  return [...tiers.values()].filter((group) => group.length >= FAN_IN)
}
