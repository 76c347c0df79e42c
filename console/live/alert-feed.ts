import type { Alert } from '../../model/alert.ts'

/** What the list shows. `arranged` is frozen until someone reveals, so that nothing moves under the cursor. */
export interface FeedState {
  /** Every alert as it is now, by id. */
  readonly alerts: ReadonlyMap<string, Alert>
  /** The alerts as they were when the list was last arranged: order and filters go by these. */
  readonly arranged: readonly Alert[]
  /** Raised since then, newest first; they wait behind the bar. */
  readonly waiting: readonly Alert[]
}

export const EMPTY_FEED: FeedState = { alerts: new Map(), arranged: [], waiting: [] }

/** Alerts fetched in pages: part of the list at once, unless the stream already brought something newer. */
export function takePage(feed: FeedState, page: readonly Alert[]): FeedState {
  const alerts = new Map(feed.alerts)
  for (const alert of page) if (isNews(alerts.get(alert.id), alert)) alerts.set(alert.id, alert)
  return { alerts, arranged: [...alerts.values()], waiting: [] }
}

/** Alerts from the stream: known ones change where they stand, new ones wait. */
export function takeEvents(feed: FeedState, events: readonly Alert[]): FeedState {
  const alerts = new Map(feed.alerts)
  const fresh = new Map(feed.waiting.map((alert) => [alert.id, alert]))
  for (const alert of events) {
    const known = alerts.get(alert.id)
    if (!isNews(known, alert)) continue
    alerts.set(alert.id, alert)
    if (known === undefined || fresh.has(alert.id)) fresh.set(alert.id, alert)
  }
  const waiting = [...fresh.values()].sort((a, b) => (a.raisedAt < b.raisedAt ? 1 : -1))
  return { alerts, arranged: feed.arranged, waiting }
}

/** The bar was pressed, or nobody can be disturbed because the list is empty. */
export function reveal(feed: FeedState): FeedState {
  return { alerts: feed.alerts, arranged: [...feed.alerts.values()], waiting: [] }
}

function isNews(known: Alert | undefined, alert: Alert): boolean {
  return known === undefined || alert.revision > known.revision || (alert.revision === known.revision && !sameState(known, alert))
}

function sameState(a: Alert, b: Alert): boolean {
  return a.clearedAt === b.clearedAt && a.energyWh === b.energyWh && a.rank === b.rank && a.probability === b.probability
}
