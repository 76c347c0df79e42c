import { useMemo, useState } from 'react'
import { alertLevel } from '../../model/alert-level.ts'
import { compareBy } from '../alerts/alert-filter.ts'
import { maskId } from '../alerts/mask-id.ts'
import { useMineBook } from '../alerts/use-mine-book.ts'
import { useMines } from '../api/queries.ts'
import { kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import { MapLegend } from './map-legend.tsx'
import { MapView } from './map-view.tsx'
import { alertMark, type Circle, mineMark } from './mark.ts'
import { boundsOf, reachMeters } from './reach-circle.ts'
import { SiteCard } from './site-card.tsx'
import { SiteList } from './site-list.tsx'
import { useAlertPositions } from './use-alert-positions.ts'

/** All mines and running alerts, with the list that says the same. */
export function MapScreen() {
  const { t, language } = useLanguage()
  const { alerts } = useFeed()
  const { data: mines, error, refetch, isPending } = useMines()
  const book = useMineBook()
  const [selected, setSelected] = useState<string>()
  const running = useMemo(
    () => [...alerts.values()].filter(({ clearedAt }) => clearedAt === null).sort(compareBy('urgent')),
    [alerts],
  )
  const { positions, unknown } = useAlertPositions(running)
  const key = [...positions.keys()].join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `positions` is a new map on every render, `key` says what is in it
  const marks = useMemo(
    () => [
      ...(mines ?? []).map(mineMark),
      ...running.flatMap((alert) => {
        const position = positions.get(alert.id)
        const label = `${maskId(alert.subject.id)} ${kilowatts(alert.powerW, language)}`
        return position ? [alertMark(alert.id, alertLevel(alert), label, position)] : []
      }),
    ],
    [mines, running, key, language],
  )
  const bounds = useMemo(() => (marks.length > 0 ? boundsOf(marks, 1_000) : undefined), [marks])
  const chosen = marks.find(({ id }) => id === selected)
  const chosenAlert = chosen && alerts.get(chosen.id.replace(/^alert:/, ''))
  const near = useMemo(() => chosen && boundsOf([chosen], 4_000), [chosen])
  const circles = useMemo<readonly Circle[]>(
    () =>
      chosen && chosenAlert
        ? [
            {
              id: 'reach',
              latitude: chosen.latitude,
              longitude: chosen.longitude,
              meters: Math.min(20_000, reachMeters(chosenAlert.powerW)),
              tone: 'reach',
            },
          ]
        : [],
    [chosen, chosenAlert],
  )
  const label = t('map.pageAria', { mines: mines?.length ?? 0, alerts: positions.size })

  return (
    <div className="map-page">
      <section className="map-list" aria-label={t('map.list')}>
        <SiteList mines={mines ?? []} alerts={running} selected={selected} onSelect={setSelected} />
      </section>
      <main id="main" className="map-main" tabIndex={-1}>
        <div className="heading">
          <h1>{t('map.pageTitle')}</h1>
          <p className="muted">{t('map.showing', { mines: mines?.length ?? 0, alerts: positions.size })}</p>
        </div>
        {error && <ErrorNotice what={t('what.mines')} error={error} onRetry={refetch} />}
        {isPending && !error && <Skeletons rows={1} height={400} />}
        {mines && mines.length === 0 && <p className="notice notice-warn">{t('map.noMines')}</p>}
        {unknown > 0 && <p className="small muted">{t('map.positionLimit', { count: unknown })}</p>}
        <div className="map-stage">
          {bounds && (
            <MapView
              marks={marks}
              circles={circles}
              bounds={near ?? bounds}
              selected={selected}
              onSelect={setSelected}
              label={label}
              calm={false}
            />
          )}
          {selected && <SiteCard id={selected} mines={book} onClose={() => setSelected(undefined)} />}
        </div>
        <MapLegend />
      </main>
    </div>
  )
}
