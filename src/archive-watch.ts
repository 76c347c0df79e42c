import { setTimeout as pause } from 'node:timers/promises'
import { gapsInArchive } from '../ingest/journal-archive.ts'

/** Between two frames that are looked at: some 20 MB a second at most. */
const PAUSE_MS = 50

/**
 * Looks through the archive once, behind the line: nobody reads it until everything has to be judged again, and then it is
 * too late to learn that a part of it has rotted.
 */
export class ArchiveWatch {
  readonly #looking: Promise<void>
  #stopped = false
  /** Packets that cannot be read any more. */
  damaged = 0

  /** `until`: the last position that the archive has. */
  constructor(directory: string, until: number, onDamage: (from: number, to: number) => void) {
    this.#looking = this.#look(directory, until, onDamage).catch(() => {}) // it is pruned meanwhile, or cannot be read
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#looking
  }

  async #look(directory: string, until: number, onDamage: (from: number, to: number) => void): Promise<void> {
    for await (const gap of gapsInArchive(directory, until)) {
      if (this.#stopped) return
      if (gap !== null) {
        this.damaged += gap.to - gap.from + 1
        onDamage(gap.from, gap.to)
      }
      await pause(PAUSE_MS)
    }
  }
}
