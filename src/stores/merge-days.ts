import { rm, stat } from 'node:fs/promises'
import type { DayFiles } from './day-files.ts'
import type { ParquetEngine } from './parquet-engine.ts'

/** Files of about one size that are worth one merge. */
const FAN_IN = 6
const SMALLEST = 16 * 1024
/** Files above this are sorted and pruned well enough as they are, and merging more would not fit DuckDB's memory. */
const LARGEST = 64 * 1024 * 1024

export interface Merging {
  readonly files: DayFiles
  readonly engine: ParquetEngine
  /** Asked between merges. */
  stopped(): boolean
  /** Told when a group of files could not be merged. */
  failed(group: readonly string[]): Promise<void>
}

/**
 * Merges the files of each day that has six or more of about one size: 6, 36, 216 flushes end in one file, and each row
 * is written again only as often as the size grows six-fold. The new file is in place before the old ones go; a crash
 * between leaves rows twice, which changes no profile.
 */
export async function mergeDays(days: Iterable<number>, { files, engine, stopped, failed }: Merging): Promise<void> {
  for (const day of days) {
    for (const group of groupBySize(await sizesOf(await files.of(day)))) {
      if (stopped()) return
      const temporary = files.temporary()
      try {
        await engine.merge(group, temporary)
      } catch {
        await rm(temporary, { force: true })
        if (stopped()) return
        await failed(group)
        continue
      }
      await files.place(temporary, day)
      for (const file of group) await rm(file, { force: true })
    }
  }
}

async function sizesOf(files: readonly string[]): Promise<{ file: string; bytes: number }[]> {
  return Promise.all(files.map(async (file) => ({ file, bytes: (await stat(file)).size })))
}

function groupBySize(sizes: readonly { file: string; bytes: number }[]): string[][] {
  const tiers = new Map<number, string[]>()
  for (const { file, bytes } of sizes) {
    if (bytes > LARGEST) continue
    const tier = Math.max(0, Math.ceil(Math.log(bytes / SMALLEST) / Math.log(FAN_IN)))
    tiers.set(tier, [...(tiers.get(tier) ?? []), file])
  }
  return [...tiers.values()].filter((group) => group.length >= FAN_IN)
}
