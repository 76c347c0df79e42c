import type { Alert } from '../model/alert.ts'
import type { InspectionFinding } from '../model/inspection-finding.ts'

/** What the findings of inspections say of a set of alerts. */
export interface FindingsEffect {
  readonly confirmed: number
  /** Confirmed ones whose subject was alerted before they were found, and by how many days (median, null of none). */
  readonly confirmedAlerted: number
  readonly medianLeadDays: number | null
  readonly innocent: number
  /** Subjects found innocent, or without anything, that are alerted at all. */
  readonly innocentAlerted: number
  readonly nothingFound: number
  readonly nothingFoundAlerted: number
}

const DAY_MS = 86_400_000

export function findingsEffect(findings: readonly InspectionFinding[], alerts: readonly Alert[]): FindingsEffect {
  const raised = new Map<string, number[]>()
  for (const { subject, raisedAt } of alerts) {
    const times = raised.get(keyOf(subject)) ?? []
    raised.set(keyOf(subject), times)
    times.push(Date.parse(raisedAt))
  }
  const of = (result: InspectionFinding['result']) => findings.filter((finding) => finding.result === result)
  const alerted = (some: readonly InspectionFinding[]) => some.filter(({ subject }) => raised.has(keyOf(subject))).length
  const leads: number[] = []
  for (const { subject, foundAt } of of('confirmed')) {
    // the last alert before: one of an earlier matter would flatter
    const before = (raised.get(keyOf(subject)) ?? []).filter((at) => at < foundAt * 1000)
    if (before.length > 0) leads.push((foundAt * 1000 - Math.max(...before)) / DAY_MS)
  }
  return {
    confirmed: of('confirmed').length,
    confirmedAlerted: leads.length,
    medianLeadDays: median(leads),
    innocent: of('innocent').length,
    innocentAlerted: alerted(of('innocent')),
    nothingFound: of('nothing-found').length,
    nothingFoundAlerted: alerted(of('nothing-found')),
  }
}

function keyOf({ kind, id }: Alert['subject']): string {
  return `${kind} ${id}`
}

function median(values: number[]): number | null {
  if (values.length === 0) return null
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
}
