import type { AuditEntry, AuditWriter } from '../../model/audit-record.ts'
import { Refusal } from '../../model/refusal.ts'

export interface Audited<Result> extends Omit<AuditEntry, 'outcome'> {
  /** What the record of the end tells besides. */
  readonly told?: (result: Result) => AuditEntry['detail']
  /** It was done, and the record of its end could not be written. */
  readonly unended: (error: unknown) => void
}

/**
 * Records that it begins, does it, records the end. Rejects with nothing done when the beginning cannot be recorded. What
 * is done lies in files of several kinds, so that no transaction could hold it together with its record.
 */
export async function audited<Result>(
  audit: AuditWriter,
  { told, unended, ...what }: Audited<Result>,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  const [begun] = await audit.append([{ ...what, outcome: 'begun' }]).catch((error: unknown) => {
    if (error instanceof Refusal) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new Refusal('audit', `nothing was changed: the audit log cannot be written (${reason})`)
  })
  const end = (outcome: AuditEntry['outcome'], detail: AuditEntry['detail']) =>
    audit.append([{ ...what, outcome, detail: { of: begun.sequence, ...detail } }]).catch(unended)
  let result: Result
  try {
    result = await act()
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error)
    await end(error instanceof Refusal ? 'refused' : 'failed', { reason })
    throw error
  }
  await end('done', told?.(result) ?? {})
  return result
}
