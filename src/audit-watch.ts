import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AuditLog } from './audit/audit-log.ts'
import type { DataFiles } from './data-directory.ts'
import { suspectFiles } from './examine-files.ts'
import { isDatabaseDamage } from './salvage-database.ts'

/** After every thousand records: a quarter of the time at most, some thirty thousand records a second. */
const PAUSE_MS = 20

/**
 * Reads the chain of the audit log once, behind the start. SQLite does not see a bit in a value; without this nobody would know
 * before the next `adit verify-audit` that a record is another.
 */
export class AuditWatch {
  readonly #stop = new AbortController()
  readonly #looking: Promise<void>
  /** What does not hold, undefined when all does as far as it was read. */
  trouble: string | undefined

  private constructor(audit: AuditLog, onTrouble: (error: Error) => void) {
    this.#looking = this.#look(audit).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return
      const trouble = error instanceof Error ? error : new Error(String(error))
      this.trouble = trouble.message
      onTrouble(trouble)
    })
  }

  static start(audit: AuditLog, files: DataFiles, log: Logger): AuditWatch {
    return new AuditWatch(audit, (error) => {
      log.error({ trouble: error.message }, 'the audit log is damaged: run adit verify-audit, and find out who could change it')
      if (isDatabaseDamage(error)) suspectFiles(files)
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#looking
  }

  async #look(audit: AuditLog): Promise<void> {
    const { broken } = await audit.verify(undefined, () => pause(PAUSE_MS, undefined, this.#stop))
    if (broken !== null) throw new Error(`record ${broken.sequence} of the audit log: ${broken.reason}`)
  }
}
