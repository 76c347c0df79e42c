/**
 * The chain: a record's hash is SHA-256 over everything in it, the hash of the record before included. Without a secret
 * it does not stop who can write all of it anew; it makes every smaller change show, and a head noted elsewhere that too.
 */
import { createHash } from 'node:crypto'
import type { AuditEntry, AuditRecord } from '../../model/audit-record.ts'

/** Stands for the hash before the first. */
export const NO_HASH = '0'.repeat(64)

/** A JSON list of texts, whole numbers and null: two different records never have the same one. */
export function hashOf(record: Omit<AuditRecord, 'hash'>): string {
  const { sequence, at, actor, role, action, subject, detail, outcome, previousHash } = record
  const canonical = JSON.stringify(['adit-audit-1', sequence, at, actor, role, action, subject, detail, outcome, previousHash])
  return createHash('sha256').update(canonical).digest('hex')
}

/** The record that continues the chain. Texts are cut to what the log keeps. */
export function recordAfter(last: AuditRecord | undefined, entry: AuditEntry, at: number): AuditRecord {
  const { actor, role, action, subject, detail, outcome } = entry
  const record = {
    sequence: (last?.sequence ?? 0) + 1,
    at,
    actor: kept(actor, 200),
    role: role === null ? null : kept(role, 50),
    action,
    subject: kept(subject, 300),
    detail: detailText(detail),
    outcome,
    previousHash: last?.hash ?? NO_HASH,
  }
  return { ...record, hash: hashOf(record) }
}

/** No database takes a NUL in a text, and none half a surrogate pair. */
function kept(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\0', '\uFFFD').toWellFormed()
}

const LONGEST_DETAIL = 4_000

function detailText(detail: AuditEntry['detail']): string {
  const text = JSON.stringify(detail)
  return text.length <= LONGEST_DETAIL ? text : JSON.stringify({ cut: text.slice(0, LONGEST_DETAIL / 2) })
}
