import { Link } from 'wouter'
import type { Alert } from '../../model/alert.ts'
import type { MineBook } from '../alerts/alert-filter.ts'
import { alertSentence } from '../alerts/alert-sentence.ts'
import { Emphasised } from '../alerts/emphasised.tsx'
import { LevelPill } from '../alerts/level-pill.tsx'
import { maskId } from '../alerts/mask-id.ts'
import { useSubjectPlace } from '../alerts/use-subject-place.ts'
import { distance } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { useEventTime, useZone } from '../shell/use-clock.ts'
import { MineVisibility } from './mine-visibility.tsx'
import { SymbolIcon } from './symbol-icon.tsx'

/** What was chosen on the map or in its list. */
export function SiteCard({
  id,
  mines,
  onClose,
}: {
  readonly id: string
  readonly mines: MineBook
  readonly onClose: () => void
}) {
  const { t, language } = useLanguage()
  const { alerts } = useFeed()
  const now = useEventTime()
  const zone = useZone()
  const alert = alerts.get(id.replace(/^alert:/, ''))
  const mine = mines.get(id.replace(/^mine:/, ''))
  const naming = mine ? [...alerts.values()].filter((one) => one.mines.some(({ mine: named }) => named === mine.mine)) : []

  return (
    <aside className="site-card panel" data-testid="site-card">
      <button type="button" className="plain close" onClick={onClose} aria-label={t('shell.close')}>
        ×
      </button>
      {alert && (
        <>
          <h2>
            <LevelPill alert={alert} /> {maskId(alert.subject.id)}
          </h2>
          <p>
            <Emphasised text={alertSentence(alert, mines, now, zone, language, t).slice(0, 2).join('')} />
          </p>
          <DoubtCount subject={alert.subject} />
          <p>
            <Link href={`/alerts/${encodeURIComponent(alert.id)}`}>{t('map.open')} →</Link>
          </p>
        </>
      )}
      {mine && (
        <>
          <h2>
            <SymbolIcon name={`mine-${mine.kind}-${mine.sealing}`} /> {mine.name}
          </h2>
          <p>
            {[
              mine.county,
              mine.town,
              t(`kind.${mine.kind}`),
              t(`sealing.${mine.sealing}`),
              mine.openings === null ? null : t('map.openings', { count: mine.openings }),
              mine.closedOn === null ? null : t('map.closedOn', { date: mine.closedOn }),
              mine.uncertaintyMeters > 0 ? t('map.uncertainty', { distance: distance(mine.uncertaintyMeters, language) }) : null,
              mine.responsible,
            ]
              .filter((part) => part !== null && part !== '')
              .join(' · ')}
          </p>
          <MineVisibility mine={mine.mine} mines={mines} />
          <p className="muted">{t('map.near', { count: naming.length })}</p>
          <ul className="bare">
            {naming.slice(0, 5).map((one) => (
              <li key={one.id}>
                <Link href={`/alerts/${encodeURIComponent(one.id)}`}>{maskId(one.subject.id)}</Link> <LevelPill alert={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  )
}

function DoubtCount({ subject }: Pick<Alert, 'subject'>) {
  const { t } = useLanguage()
  const { length } = useSubjectPlace(subject).topologyDoubts
  if (length === 0) return null
  return (
    <p className="small muted" data-testid="topology-count">
      {t('topology.count', { count: length })}
    </p>
  )
}
