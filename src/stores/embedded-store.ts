import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { crashPoint } from '../../ingest/crash-point.ts'
import type { ReadingBatch } from '../../model/reading-batch.ts'
import { DayFiles } from './day-files.ts'
import { DayMerger } from './day-merger.ts'
import { ParquetEngine } from './parquet-engine.ts'
import type { LoadProfile, ReadingStore } from './reading-store.ts'
import { ReadingTail } from './reading-tail.ts'
import { resolveRevisions } from './resolve-revisions.ts'
import { gather, RowColumns } from './row-columns.ts'

export interface EmbeddedStoreOptions {
  readonly directory: string
  /** Told of a file that could not be read and was set aside: what it held comes back from the journal's archive. */
  readonly onSetAside: (file: string, reason: string) => void
  /** Rows in memory before they are written without being asked: 39 bytes each, twice as many at most. */
  readonly tailRows?: number
  readonly memoryMb?: number
  readonly threads?: number
}

/** Between two files that are looked through: it has all the time in the world. */
const LOOK_PAUSE_MS = 20

/**
 * Readings in memory until `flush`, then in Parquet files by UTC day, sorted by usage point and start. Rows are only
 * ever added; which value of an interval counts is decided on reading. Every file can be lost and made again from the
 * journal's archive. Small files of a day are merged behind the line.
 */
export class EmbeddedStore implements ReadingStore {
  readonly #files: DayFiles
  readonly #engine: ParquetEngine
  readonly #merger: DayMerger
  readonly #onSetAside: EmbeddedStoreOptions['onSetAside']
  readonly #tailRows: number
  readonly #counts = new Map<number, { readonly key: string; readonly count: number }>()
  #tail = new ReadingTail()
  /** Tails being written, oldest first; still read until their files are in place. */
  #leaving: ReadingTail[] = []
  #spilling: Promise<void> | undefined
  #closed = false
  #looking: Promise<void> | undefined

  private constructor(files: DayFiles, days: number[], engine: ParquetEngine, options: EmbeddedStoreOptions) {
    const { onSetAside, tailRows = 800_000 } = options
    this.#merger = new DayMerger(files, engine, days, async (group) => {
      for (const file of group) await this.#setAsideWhenBroken(file)
    })
    this.#files = files
    this.#engine = engine
    this.#onSetAside = onSetAside
    this.#tailRows = tailRows
  }

  static async open(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
    const { directory, memoryMb = 512, threads = 2 } = options
    const files = new DayFiles(directory)
    await files.open()
    const temporary = join(directory, 'sorting')
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary)
    const engine = await ParquetEngine.open({ memoryMb, threads, temporary })
    return new EmbeddedStore(files, await files.days(0, 2 ** 32), engine, options)
  }

  async append(batch: ReadingBatch): Promise<void> {
    if (this.#tail.length >= this.#tailRows) {
      if (this.#leaving.length > 0) await this.#spill()
      this.#leave()
      this.#spill().catch(() => {}) // the tail stays in memory; the next append or flush tries again and tells
    }
    this.#tail.append(batch)
    crashPoint('batch-appended')
  }

  async flush(): Promise<void> {
    this.#leave()
    while (this.#leaving.length > 0) await this.#spill()
    crashPoint('tail-flushed')
    void this.#merger.run()
  }

  async loadProfile(usagePoint: number, from: number, to: number): Promise<LoadProfile> {
    const [profile] = await this.loadProfiles([usagePoint], from, to)
    return profile
  }

  async loadProfiles(usagePoints: readonly number[], from: number, to: number): Promise<LoadProfile[]> {
    if (usagePoints.length === 0) return []
    const rows = new Map(usagePoints.map((usagePoint) => [usagePoint, new RowColumns()]))
    for (const { chunks } of [...this.#leaving, this.#tail]) {
      for (const chunk of chunks) gather(chunk, rows, from, to)
    }
    await this.#reading(
      async () => (await Promise.all((await this.#files.days(from, to)).map((day) => this.#files.of(day)))).flat(),
      (files) => this.#engine.read(files, rows, from, to),
    )
    return usagePoints.map((usagePoint) => resolveRevisions(rows.get(usagePoint) ?? new RowColumns()))
  }

  /**
   * Begins to look through all files, the newest days first, behind the line: a bit that flipped in a value makes no file
   * unreadable. What is broken is set aside.
   */
  lookThrough(): void {
    this.#looking ??= this.#lookThrough().catch(() => {}) // what cannot be looked at is told when it is read
  }

  async count(): Promise<number> {
    await this.flush()
    let total = 0
    for (const day of await this.#files.days(0, 2 ** 32)) total += await this.#countOf(day)
    return total
  }

  async close(): Promise<void> {
    this.#closed = true
    try {
      await this.flush()
    } finally {
      await this.#merger.stop()
      await this.#looking
      this.#engine.close()
    }
  }

  /** Starts a new tail; the old one is on its way to the files. */
  #leave(): void {
    if (this.#tail.length === 0) return
    this.#leaving.push(this.#tail)
    this.#tail = new ReadingTail()
  }

  /** Writes the oldest tail that is leaving; one at a time, whoever asks. */
  #spill(): Promise<void> {
    this.#spilling ??= this.#write().finally(() => {
      this.#spilling = undefined
    })
    return this.#spilling
  }

  async #write(): Promise<void> {
    const tail = this.#leaving[0]
    if (tail === undefined) return
    const written = new Map([...tail.days].map((day) => [day, this.#files.temporary()]))
    crashPoint('tail-begun')
    try {
      await this.#engine.write(tail, (day) => written.get(day) ?? '')
      crashPoint('tail-written')
      for (const [day, temporary] of written) {
        await this.#files.place(temporary, day)
        crashPoint('tail-placed')
      }
    } catch (error) {
      for (const temporary of written.values()) await rm(temporary, { force: true })
      throw error
    }
    this.#merger.noteNewFiles(tail.days)
    this.#leaving = this.#leaving.filter((other) => other !== tail)
  }

  async #countOf(day: number): Promise<number> {
    let count = 0
    let key = ''
    await this.#reading(
      () => this.#files.of(day),
      async (files) => {
        key = files.toSorted().join()
        const known = this.#counts.get(day)
        count = known?.key === key ? known.count : await this.#engine.countIntervals(files)
      },
    )
    this.#counts.set(day, { key, count })
    return count
  }

  /** Reads a list of files; when that fails, sets aside those that cannot be read, and reads the list as it is then. */
  async #reading(list: () => Promise<string[]>, read: (files: string[]) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const files = await list()
      if (files.length === 0) return
      try {
        return await read(files)
      } catch (error) {
        // A merge may have replaced files between the listing and the reading; a broken file needs to go.
        if (attempt === 5) throw error
        const current = new Set(await list())
        for (const file of files) if (current.has(file)) await this.#setAsideWhenBroken(file)
      }
    }
  }

  async #lookThrough(): Promise<void> {
    for (const day of (await this.#files.days(0, 2 ** 32)).reverse()) {
      for (const file of await this.#files.of(day)) {
        if (this.#closed) return
        await this.#setAsideWhenBroken(file)
        await pause(LOOK_PAUSE_MS)
      }
    }
  }

  async #setAsideWhenBroken(file: string): Promise<void> {
    const reason = await this.#faultOf(file)
    if (reason === undefined) return
    try {
      this.#onSetAside(await this.#files.setAside(file), reason)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }

  async #faultOf(file: string): Promise<string | undefined> {
    try {
      if (!(await this.#files.isWhole(file))) return 'its checksum does not hold'
    } catch (error) {
      // a merge replaced it meanwhile
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
    return await this.#engine.fault(file)
  }
}
