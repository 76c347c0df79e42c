import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DayFiles } from '../stores/day-files.ts'
import type { BackupWriter } from './backup-writer.ts'

const END = 2 ** 32

/**
 * The Parquet files of the embedded store. Once there they never change, so what was copied stays right and the next
 * round copies only what is new; merged ones go, and a listing during a merge may miss both, so two have to agree.
 */
export class ReadingsCopy {
  readonly #directory: string
  readonly #files: DayFiles
  readonly #backup: BackupWriter

  constructor(directory: string, backup: BackupWriter) {
    this.#directory = directory
    this.#files = new DayFiles(directory)
    this.#backup = backup
  }

  /** When it resolves, what was there when it began is copied, and nothing that came after it ended. */
  async catchUp(): Promise<void> {
    for (let before = ''; ; ) {
      const listed = await this.#list()
      let complete = true
      for (const file of listed) {
        const path = this.#pathOf(file)
        if (this.#backup.has(path)) continue
        // gone when it was merged meanwhile
        await this.#backup.copy(file, path)
        complete = false
      }
      const now = listed.toSorted().join('\n')
      if (complete && now === before) return await this.#dropOthers(listed)
      before = now
    }
  }

  /** What was merged meanwhile would only say the same twice. */
  async #dropOthers(listed: readonly string[]): Promise<void> {
    const wanted = new Set(listed.map((file) => this.#pathOf(file)))
    for (const { path } of this.#backup.files) {
      if (path.startsWith('readings/') && !wanted.has(path)) await this.#backup.drop(path)
    }
  }

  async #list(): Promise<string[]> {
    if (!existsSync(this.#directory)) return []
    const days = await this.#files.days(0, END)
    return (await Promise.all(days.map((day) => this.#files.of(day)))).flat()
  }

  #pathOf(file: string): string {
    return join('readings', relative(this.#directory, file))
  }
}
