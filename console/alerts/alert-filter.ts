import { type Alert, AlertRoute } from '../../model/alert.ts'
import { ALERT_LEVELS, type AlertLevel, alertLevel } from '../../model/alert-level.ts'
import type { Mine } from '../../model/mine.ts'

/** What the list is narrowed to. Lives in the address, so that a view can be sent to a colleague. */
export interface AlertFilter {
  readonly state: 'open' | 'cleared' | 'all'
  readonly route: AlertRoute | ''
  readonly level: AlertLevel | ''
  readonly search: string
  readonly reach: boolean
  readonly sort: 'urgent' | 'newest'
}

export const NO_FILTER: AlertFilter = { state: 'open', route: '', level: '', search: '', reach: false, sort: 'urgent' }
export const FILTER_NAMES = ['state', 'route', 'level', 'search', 'reach'] as const
export type FilterName = (typeof FILTER_NAMES)[number]

export function filterIn(params: URLSearchParams): AlertFilter {
  const state = params.get('state')
  const route = AlertRoute.safeParse(params.get('route'))
  return {
    state: state === 'cleared' || state === 'all' ? state : 'open',
    route: route.success ? route.data : '',
    level: ALERT_LEVELS.find((level) => level === params.get('level')) ?? '',
    search: params.get('q') ?? '',
    reach: params.get('reach') === '1',
    sort: params.get('sort') === 'newest' ? 'newest' : 'urgent',
  }
}

export function filterParams(filter: AlertFilter): URLSearchParams {
  const params = new URLSearchParams()
  if (filter.state !== 'open') params.set('state', filter.state)
  if (filter.route !== '') params.set('route', filter.route)
  if (filter.level !== '') params.set('level', filter.level)
  if (filter.search !== '') params.set('q', filter.search)
  if (filter.reach) params.set('reach', '1')
  if (filter.sort !== 'urgent') params.set('sort', filter.sort)
  return params
}

/** Mines by id. */
export type MineBook = ReadonlyMap<string, Mine>

/** What a search goes through besides the alerts themselves. */
export interface SearchPlaces {
  readonly mines: MineBook
  /** Alerts whose county or area is called what was typed. */
  readonly found: ReadonlySet<string>
}

export function matches(alert: Alert, filter: AlertFilter, places: SearchPlaces): boolean {
  return FILTER_NAMES.every((name) => passes(alert, filter, name, places))
}

function passes(alert: Alert, filter: AlertFilter, name: FilterName, places: SearchPlaces): boolean {
  switch (name) {
    case 'state':
      return filter.state === 'all' || (filter.state === 'open') === (alert.clearedAt === null)
    case 'route':
      return filter.route === '' || alert.route === filter.route
    case 'level':
      return filter.level === '' || alertLevel(alert) === filter.level
    case 'reach':
      return !filter.reach || alert.mines.some(({ withinReach }) => withinReach)
    case 'search':
      return filter.search.trim() === '' || says(alert, filter.search.trim().toLowerCase(), places)
  }
}

function says(alert: Alert, wanted: string, { mines, found }: SearchPlaces): boolean {
  if (found.has(alert.id)) return true
  if (alert.id.toLowerCase().includes(wanted) || alert.subject.id.toLowerCase().includes(wanted)) return true
  return alert.mines.some(({ mine }) => {
    const known = mines.get(mine)
    return [mine, known?.name, known?.county, known?.town].some((text) => text?.toLowerCase().includes(wanted))
  })
}

/** The active filter without which most alerts would appear, and how many: the way out of an empty list. */
export function tightest(
  alerts: Iterable<Alert>,
  filter: AlertFilter,
  places: SearchPlaces,
): { name: FilterName; gain: number } | undefined {
  const gains = new Map<FilterName, number>()
  for (const alert of alerts) {
    const failing = FILTER_NAMES.filter((name) => !passes(alert, filter, name, places))
    const [only] = failing
    if (failing.length === 1 && only) gains.set(only, (gains.get(only) ?? 0) + 1)
  }
  const [best] = [...gains].sort(([, a], [, b]) => b - a)
  return best && { name: best[0], gain: best[1] }
}

/** Most urgent: running first, then level, then chance, then power. Newest: by the moment they were raised. */
export function compareBy(sort: AlertFilter['sort']): (a: Alert, b: Alert) => number {
  if (sort === 'newest') return (a, b) => byTime(a, b) || (a.id < b.id ? -1 : 1)
  return (a, b) =>
    Number(a.clearedAt !== null) - Number(b.clearedAt !== null) ||
    ALERT_LEVELS.indexOf(alertLevel(a)) - ALERT_LEVELS.indexOf(alertLevel(b)) ||
    b.probability - a.probability ||
    b.powerW - a.powerW ||
    byTime(a, b) ||
    (a.id < b.id ? -1 : 1)
}

function byTime(a: Alert, b: Alert): number {
  return a.raisedAt === b.raisedAt ? 0 : a.raisedAt < b.raisedAt ? 1 : -1
}
