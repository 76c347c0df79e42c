/**
 * What was told of an alert before readings that came late changed it. A fresh run knows nothing of that, so the record
 * goes on from what was told: the verdict is always the judged one, the history is ours.
 */
import { z } from 'zod'
import { Alert, AlertRevision, type Sentence } from '../../model/alert.ts'

export const Told = z.object({
  entries: z.array(AlertRevision),
  /** So many entries of the judged history are covered by them. */
  after: z.int().nonnegative(),
})
export type Told = z.infer<typeof Told>

/** Which late readings changed it, and up to when readings were judged (ISO 8601). */
export interface Amendment {
  readonly at: string
  readonly cause: Sentence
}

type Change = AlertRevision['change']

/** A chance that moved by less is upheld, as in detectors/compose-alert.ts. */
const PROBABILITY_STEP = 0.1

/** The judged alert with the history that was told, and what was judged since. */
export function withTold(alert: Alert, { entries, after }: Told): Alert {
  const later = alert.history.slice(after).map((entry) => ({ ...entry, change: afterAll(entry.change) }))
  const history = [...entries, ...later]
  const last = alert.history.at(-1)
  // neighbours can rewrite a judged history: how it stands is told all the same
  if (last !== undefined && isOver(history.at(-1)?.change) !== (alert.clearedAt !== null)) {
    history.push({ ...last, change: alert.clearedAt === null ? 'reopened' : last.change })
  }
  return numbered(alert, history)
}

/** The alert as it stands after late readings, and what is told of it then; `held` is what was told before, if anything was. */
export function amended(held: Alert | undefined, alert: Alert, amendment: Amendment): { alert: Alert; told: Told } | null {
  const after = alert.probability === 0 ? 0 : alert.history.length
  if (held === undefined) {
    if (alert.probability === 0) return null
    const entries = alert.history.map((entry, index) =>
      index === 0 ? { ...entry, cause: both(amendment.cause, entry.cause) } : entry,
    )
    return { alert: { ...alert, history: entries }, told: { entries, after } }
  }
  if (verdictOf(held) === verdictOf(alert)) return { alert: held, told: { entries: held.history, after } }
  const change = changeOf(held, alert)
  const entry = { revision: 0, at: amendment.at, change, probability: alert.probability, cause: amendment.cause }
  const all = numbered(alert, [...held.history, entry])
  return { alert: all, told: { entries: all.history, after } }
}

function changeOf(held: Alert, alert: Alert): Change {
  if (alert.probability === 0) return 'withdrawn'
  if (held.clearedAt !== null && alert.clearedAt === null) return 'reopened'
  if (held.clearedAt === null && alert.clearedAt !== null)
    return alert.history.at(-1)?.change === 'withdrawn' ? 'withdrawn' : 'cleared'
  const risen = alert.probability - held.probability
  if (Math.abs(risen) < PROBABILITY_STEP - 1e-9) return 'upheld'
  return risen > 0 ? 'strengthened' : 'lowered'
}

/** All that is judged, as text: the record, and the place on the list, are not. */
function verdictOf(alert: Alert): string {
  return JSON.stringify({ ...Alert.parse(alert), revision: 0, history: [], rank: null, listedBy: null })
}

/** What was told once cannot be raised a first time. */
function afterAll(change: Change): Change {
  return change === 'raised' ? 'reopened' : change
}

function isOver(change: Change | undefined): boolean {
  return change === 'cleared' || change === 'withdrawn'
}

function numbered(alert: Alert, history: readonly AlertRevision[]): Alert {
  return {
    ...alert,
    revision: Math.max(0, history.length - 1),
    history: history.map((entry, revision) => ({ ...entry, revision })),
  }
}

function both(first: Sentence, second: Sentence): Sentence {
  return { zh: `${first.zh}${second.zh}`, en: `${first.en} ${second.en}` }
}
