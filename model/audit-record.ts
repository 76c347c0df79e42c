/** What the audit log holds: who did what to what, and what came of it. */

/** Everything that changes something, or shows what is masked. A new one is added here before it can be done. */
export const AUDIT_ACTIONS = [
  'gateway.add',
  'gateway.revoke',
  'gateway.meters',
  'gateway.spoof',
  'token.add',
  'token.revoke',
  'user.add',
  'user.disable',
  'user.reset',
  'user.password',
  'session.sign-in',
  'session.sign-out',
  'quarantine.replay',
  'import',
  'ledgers.move',
  'calibrate',
  'personal.unmask',
  'backup',
  'restore',
  'audit.head-renewed',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** `begun` is written before, the others after: what has begun and has no end was cut off, and may have been done. */
export const AUDIT_OUTCOMES = ['begun', 'done', 'refused', 'failed'] as const
type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

export interface AuditActor {
  /** `token:ID`, `user:NAME`, `local:UNIX-USER`, `gateway:NAME`, `service`, or `nobody` before a login. */
  readonly actor: string
  /** In which role, null where roles play no part. */
  readonly role: string | null
}

export interface AuditEntry extends AuditActor {
  readonly action: AuditAction
  /** What was acted on: a name or number, a file. */
  readonly subject: string
  /** Small, and never a secret. */
  readonly detail: Readonly<Record<string, unknown>>
  readonly outcome: AuditOutcome
}

/** As it is stored. Each holds the hash of the one before, so that none can be changed, taken out or put in alone. */
export interface AuditRecord {
  /** From 1, without a gap. */
  readonly sequence: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly actor: string
  readonly role: string | null
  readonly action: string
  readonly subject: string
  /** JSON, hashed as the text it is. */
  readonly detail: string
  readonly outcome: string
  readonly previousHash: string
  readonly hash: string
}

export interface AuditReader {
  /** Newest first, at most `limit`, before the record `before`. */
  newest(limit: number, before?: number): Promise<readonly AuditRecord[]>
}

/** Where records go. Resolves when they are on disk. */
export interface AuditWriter {
  append(entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]>
}
