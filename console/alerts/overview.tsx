import { ALERT_LEVELS, alertLevel } from '../../model/alert-level.ts'
import { useSummary } from '../api/queries.ts'
import { kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { AlertCard } from './alert-card.tsx'
import { compareBy } from './alert-filter.ts'
import { DataNotice } from './data-notice.tsx'
import { QuietNotice } from './quiet-notice.tsx'

const NEWEST = 3

/** The right pane before an alert is chosen: how things stand, whether the data is whole, and what came last. */
export function Overview() {
  const { t, language } = useLanguage()
  const { alerts, arranged, loading } = useFeed()
  const { data: summary } = useSummary()
  const running = [...alerts.values()].filter(({ clearedAt }) => clearedAt === null)
  if (!loading && running.length === 0) return <QuietNotice />
  // By the order of the list, not of the stream: nothing moves under the cursor here either.
  const newest = arranged
    .filter(({ clearedAt }) => clearedAt === null)
    .sort(compareBy('newest'))
    .slice(0, NEWEST)

  return (
    <div className="overview">
      <h2>{t('empty.overview')}</h2>
      <dl className="facts">
        {ALERT_LEVELS.map((level) => (
          <div key={level}>
            <dt>
              {t(`level.${level}`)} · {t('empty.running')}
            </dt>
            <dd>{running.filter((alert) => alertLevel(alert) === level).length}</dd>
          </div>
        ))}
        <div>
          <dt>{t('empty.largest')}</dt>
          <dd>{kilowatts(Math.max(0, ...running.map(({ powerW }) => powerW)), language)}</dd>
        </div>
      </dl>
      <DataNotice />
      {summary?.learning && <p className="notice notice-warn">{t('empty.learning', summary.learning)}</p>}
      <h2>{t('empty.newest')}</h2>
      {newest.map((alert) => (
        <AlertCard key={alert.id} alert={alerts.get(alert.id) ?? alert} />
      ))}
      <p className="muted">{t('empty.choose')}</p>
    </div>
  )
}
