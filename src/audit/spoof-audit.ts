import type { SpoofTally } from '../../ingest/refusal-log.ts'
import type { AuditWriter } from '../../model/audit-record.ts'

/** A gateway that tries without end must not fill the log. */
const QUIET_MS = 60_000

interface Line {
  /** Not recorded yet. */
  waiting: SpoofTally | null
  /** Milliseconds of the clock given. */
  recordedAt: number
}

/** Records gateways that tried to speak for another: at most once a minute each, with the count. */
export class SpoofAudit {
  readonly #audit: AuditWriter
  readonly #now: () => number
  readonly #lines = new Map<string, Line>()

  /** `now` gives milliseconds of a clock that only goes forward. */
  constructor(audit: AuditWriter, now: () => number) {
    this.#audit = audit
    this.#now = now
  }

  add(spoofs: readonly SpoofTally[]): void {
    for (const spoof of spoofs) {
      const line = this.#lines.get(spoof.gateway) ?? { waiting: null, recordedAt: Number.NEGATIVE_INFINITY }
      line.waiting = { ...spoof, attempts: spoof.attempts + (line.waiting?.attempts ?? 0) }
      this.#lines.set(spoof.gateway, line)
    }
  }

  /** Records what is due, or at the end all there is; what cannot be written waits for the next time. */
  async record(all = false): Promise<void> {
    const now = this.#now()
    const due: SpoofTally[] = []
    for (const [gateway, { waiting, recordedAt }] of this.#lines) {
      if (!all && now - recordedAt < QUIET_MS) continue
      if (waiting) due.push(waiting)
      else this.#lines.delete(gateway)
    }
    for (const { gateway } of due) this.#lines.set(gateway, { waiting: null, recordedAt: now })
    try {
      await this.#audit.append(
        due.map(({ gateway, attempts, topic, remote }) => ({
          actor: `gateway:${gateway}`,
          role: null,
          action: 'gateway.spoof',
          subject: topic,
          detail: { attempts, remote },
          outcome: 'refused',
        })),
      )
    } catch (error) {
      for (const { gateway } of due) this.#lines.set(gateway, { waiting: null, recordedAt: Number.NEGATIVE_INFINITY })
      this.add(due)
      throw error
    }
  }
}
