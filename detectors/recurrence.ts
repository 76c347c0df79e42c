/**
 * Recurrence: a load that stopped and is back within 45 days is the same matter: works rest while inspectors are about. Its
 * episodes are told as one alert that clears and opens again, so that whoever inspects it reads what was there before.
 * Silences of meters (detectors/joint-silence.ts) are told one by one.
 */
import type { Alert, Sentence } from '../model/alert.ts'
import type { Episode } from './episode.ts'

/** A load that is back after longer than this is another matter. */
const RECURS_WITHIN_DAYS = 45
/** Episodes of one alert; the next begins an alert of its own, so that what is kept of a subject stays bounded. */
const MOST_EPISODES = 6

/** The alert, by its first sequence, that an episode beginning at `onset` goes on with; undefined when it begins one of its own. */
export function alertToGoOnWith(episodes: readonly Episode[], detector: string, onset: number): number | undefined {
  const last = latestOf(episodes, detector)
  if (last === undefined || last.closedAt === null || onset - last.closedAt > RECURS_WITHIN_DAYS * 86_400) return undefined
  return episodes.filter((one) => isOfAlert(one, last)).length < MOST_EPISODES ? last.alert : undefined
}

/** Whether an episode is still told on `day`: it, or another of its alert, is not long over, or the next may go on with it. */
export function isStillTold(episode: Episode, episodes: readonly Episode[], day: number): boolean {
  const last = latestOf(episodes, episode.detector)
  if (last !== undefined && isOfAlert(episode, last)) return true
  return episodes.some(
    (other) => isOfAlert(other, episode) && (other.closedAt === null || other.lastHotDay > day - RECURS_WITHIN_DAYS),
  )
}

/** Adds to what is `forgotten` of a row those of the episodes `before` a day that are no longer told after it. */
export function noteForgotten(
  forgotten: Map<number, readonly Episode[]>,
  row: number,
  before: readonly Episode[],
  after: readonly Episode[],
): void {
  const isIn = (list: readonly Episode[], one: Episode) =>
    list.some(({ detector, sequence }) => detector === one.detector && sequence === one.sequence)
  const gone = before.filter((one) => !isIn(after, one))
  if (gone.length > 0) forgotten.set(row, [...(forgotten.get(row) ?? []), ...gone])
}

/** Alerts of episodes, the earlier first, those of one id as one. */
export function withRecurrences(alerts: readonly Alert[]): Alert[] {
  const byId = new Map<string, Alert>()
  for (const alert of alerts.toSorted((a, b) => (a.onset < b.onset ? -1 : a.onset > b.onset ? 1 : 0))) {
    const before = byId.get(alert.id)
    byId.set(alert.id, before === undefined ? alert : reopened(before, alert))
  }
  return [...byId.values()]
}

/** How it stands is what the later one says; since when, and with how much energy, is told of both. */
function reopened(before: Alert, alert: Alert): Alert {
  const cause = backAfter(before.clearedAt ?? before.raisedAt, alert.onset)
  const again = alert.history.map((entry) =>
    entry.change === 'raised' ? { ...entry, change: 'reopened' as const, cause } : entry,
  )
  const history = [...before.history, ...again].map((entry, revision) => ({ ...entry, revision }))
  return {
    ...alert,
    onset: before.onset,
    raisedAt: before.raisedAt,
    energyWh: before.energyWh + alert.energyWh,
    revision: history.length - 1,
    history,
  }
}

function backAfter(stopped: string, onset: string): Sentence {
  const days = Math.max(1, Math.round((Date.parse(onset) - Date.parse(stopped)) / 86_400_000))
  return {
    zh: `停了 ${days} 天后,同类负荷又出现。`,
    en: `The load is back after ${days === 1 ? 'a day' : `${days} days`} without it.`,
  }
}

function latestOf(episodes: readonly Episode[], detector: string): Episode | undefined {
  let last: Episode | undefined
  for (const one of episodes) if (one.detector === detector && (last === undefined || one.sequence > last.sequence)) last = one
  return last
}

function isOfAlert(episode: Episode, { detector, alert }: Episode): boolean {
  return episode.detector === detector && episode.alert === alert
}
