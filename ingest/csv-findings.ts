import {
  CHOSEN_BY,
  type ChosenBy,
  FINDING_RESULTS,
  type FindingResult,
  type InspectionFinding,
} from '../model/inspection-finding.ts'
import { FieldFault, type FieldReader } from './csv-fields.ts'

/** A finding of a file: which kind of subject it is may be left to the ledger. */
export type FindingRow = Omit<InspectionFinding, 'subject'> & {
  readonly subject: string
  readonly kind: InspectionFinding['subject']['kind'] | null
}

const KINDS = ['usage-point', 'area'] as const
const RESULT_NAMES: Readonly<Record<string, FindingResult>> = {
  属实: 'confirmed',
  合法用电: 'innocent',
  未发现: 'nothing-found',
}
const CHOSEN_NAMES: Readonly<Record<string, ChosenBy>> = { 清单: 'rank', 抽查: 'random', 举报: 'tip' }

/** Throws FieldFault. */
export function findingRow(row: FieldReader): FindingRow {
  const subject = row.identifier('subject')
  const kind = row.word('kind', KINDS, {})
  const foundAt = row.time('found_at')
  const result = row.word('result', FINDING_RESULTS, RESULT_NAMES)
  if (foundAt === null) throw new FieldFault('found_at', '', 'found_at is empty', 'every row needs it')
  if (result === null) throw new FieldFault('result', '', 'result is empty', 'every row needs it')
  const innocentKind = row.text('innocent_kind')?.slice(0, 64) ?? null
  if (innocentKind !== null && result !== 'innocent') {
    throw new FieldFault('innocent_kind', innocentKind, `the result is ${result}`, 'only what was innocent has an innocent kind')
  }
  return { subject, kind, foundAt, result, innocentKind, chosen: row.word('chosen', CHOSEN_BY, CHOSEN_NAMES) }
}
