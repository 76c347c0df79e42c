import { useCallback, useMemo, useRef } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { PartBoundary } from '../shell/part-boundary.tsx'
import { useKeyActions } from '../shell/shortcuts.ts'
import { Skeletons } from '../shell/skeletons.tsx'
import { type AlertFilter, compareBy, filterIn, filterParams, matches } from './alert-filter.ts'
import { AlertList } from './alert-list.tsx'
import { AlertPage } from './alert-page.tsx'
import { EmptyList } from './empty-list.tsx'
import { FilterBar } from './filter-bar.tsx'
import { Overview } from './overview.tsx'
import { useMineBook } from './use-mine-book.ts'
import { usePlaceSearch } from './use-place-search.ts'
import { WorkListLine } from './work-list-line.tsx'

/** The list on the left, the alert on the right; on a phone one at a time. */
export function AlertsScreen({ id }: { readonly id: string | undefined }) {
  const { t } = useLanguage()
  const feed = useFeed()
  const mines = useMineBook()
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const search = params.toString()
  const filter = useMemo(() => filterIn(new URLSearchParams(search)), [search])
  const found = usePlaceSearch(filter.search)
  const places = useMemo(() => ({ mines, found }), [mines, found])
  const searchBox = useRef<HTMLInputElement>(null)

  // Order and membership go by what was known when the list was arranged; the contents of a row are always the newest.
  const ids = useMemo(
    () =>
      feed.arranged
        .filter((alert) => matches(alert, filter, places))
        .sort(compareBy(filter.sort))
        .map((alert) => alert.id),
    [feed.arranged, filter, places],
  )
  const shown = ids.flatMap((shownId) => feed.alerts.get(shownId) ?? [])
  const waiting = feed.waiting.filter((alert) => matches(alert, filter, places)).length

  const query = search === '' ? '' : `?${search}`
  const hrefOf = useCallback((alertId: string) => `/alerts/${encodeURIComponent(alertId)}${query}`, [query])
  const onFilter = (next: AlertFilter) => {
    const text = filterParams(next).toString()
    navigate(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true })
  }
  const keys = useMemo(() => {
    const step = (by: number) => {
      const at = ids.indexOf(id ?? '')
      const next = ids[Math.max(0, Math.min(ids.length - 1, at < 0 ? 0 : at + by))]
      if (next !== undefined && next !== id) navigate(hrefOf(next), { replace: id !== undefined })
    }
    return { j: () => step(1), k: () => step(-1), '/': () => searchBox.current?.focus(), '.': feed.reveal }
  }, [ids, id, navigate, hrefOf, feed.reveal])
  useKeyActions(keys)

  return (
    <main id="main" tabIndex={-1} className={id === undefined ? 'alerts no-alert' : 'alerts with-alert'}>
      {id === undefined && <h1 className="visually-hidden">{t('nav.alerts')}</h1>}
      <section className="list" aria-label={t('list.label')}>
        <FilterBar
          filter={filter}
          shown={shown.length}
          loading={feed.loading}
          waiting={waiting}
          onReveal={feed.reveal}
          onChange={onFilter}
          searchBox={searchBox}
        />
        <WorkListLine />
        {feed.error && <ErrorNotice what={t('what.alerts')} error={feed.error} onRetry={feed.reload} />}
        {feed.loading && feed.alerts.size === 0 && <Skeletons rows={8} height={56} />}
        {shown.length === 0 && waiting === 0 && !feed.loading && !feed.error ? (
          <EmptyList filter={filter} places={places} onFilter={onFilter} />
        ) : (
          <AlertList alerts={shown} currentId={id} mines={mines} hrefOf={hrefOf} />
        )}
      </section>
      <section className="detail scroll" aria-label={t('alert.label')}>
        <PartBoundary key={id}>
          {id === undefined ? <Overview /> : <AlertPage id={id} backHref={`/alerts${query}`} />}
        </PartBoundary>
      </section>
    </main>
  )
}
