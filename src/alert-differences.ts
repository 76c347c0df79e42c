/** What a second configuration changes in the alerts of a first. */
import type { Alert } from '../model/alert.ts'

export type AlertDifference =
  | { readonly change: 'gained'; readonly a: null; readonly b: Alert }
  | { readonly change: 'lost'; readonly a: Alert; readonly b: null }
  | {
      readonly change: 'moved'
      readonly a: Alert
      readonly b: Alert
      /** Days by which B raises it later; negative when earlier. */
      readonly laterDays: number
      /** Probability in B minus that in A. */
      readonly probabilityChange: number
    }

/** Probabilities that differ by less are the same to a work list. */
const PROBABILITY_STEP = 0.1
const DAY_MS = 86_400_000

/**
 * Alerts of one subject and route whose times from onset to clearing overlap are the same alert. `inPeriod` says which
 * count; a moved one counts when either of the two does. In order of raisedAt.
 */
export function alertDifferences(
  before: readonly Alert[],
  after: readonly Alert[],
  inPeriod: (alert: Alert) => boolean,
): AlertDifference[] {
  const partners = partnersOf(before, after)
  const taken = new Set(partners.values())
  const differences: AlertDifference[] = []
  for (const a of before) {
    const b = partners.get(a)
    if (b === undefined) {
      if (inPeriod(a)) differences.push({ change: 'lost', a, b: null })
      continue
    }
    if (!inPeriod(a) && !inPeriod(b)) continue
    const laterDays = (Date.parse(b.raisedAt) - Date.parse(a.raisedAt)) / DAY_MS
    const probabilityChange = b.probability - a.probability
    if (laterDays !== 0 || Math.abs(probabilityChange) >= PROBABILITY_STEP - 1e-9) {
      differences.push({ change: 'moved', a, b, laterDays, probabilityChange })
    }
  }
  for (const b of after) if (!taken.has(b) && inPeriod(b)) differences.push({ change: 'gained', a: null, b })
  const raisedAt = ({ a, b }: AlertDifference) => (a ?? b).raisedAt
  return differences.sort((x, y) => (raisedAt(x) < raisedAt(y) ? -1 : raisedAt(x) > raisedAt(y) ? 1 : 0))
}

/** The alert of `after` that each alert of `before` became: first those of one id, then those that overlap. */
function partnersOf(before: readonly Alert[], after: readonly Alert[]): Map<Alert, Alert> {
  const partners = new Map<Alert, Alert>()
  const byId = new Map(after.map((alert) => [alert.id, alert]))
  const free = new Map<string, Set<Alert>>()
  for (const a of before) {
    const same = byId.get(a.id)
    if (same === undefined) continue
    partners.set(a, same)
    byId.delete(a.id)
  }
  for (const b of byId.values()) {
    const list = free.get(placeOf(b)) ?? new Set()
    free.set(placeOf(b), list.add(b))
  }
  for (const a of before) {
    if (partners.has(a)) continue
    const list = free.get(placeOf(a))
    for (const b of list ?? []) {
      if (!overlap(a, b)) continue
      partners.set(a, b)
      list?.delete(b)
      break
    }
  }
  return partners
}

function placeOf({ subject, route }: Alert): string {
  return `${subject.kind} ${route} ${subject.id}`
}

function overlap(a: Alert, b: Alert): boolean {
  return (a.clearedAt === null || b.onset < a.clearedAt) && (b.clearedAt === null || a.onset < b.clearedAt)
}
