import { lazy, Suspense } from 'react'
import type { Alert } from '../../model/alert.ts'
import { alertLevel } from '../../model/alert-level.ts'
import { useAlert } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { PartBoundary } from '../shell/part-boundary.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import { useEventTime, useZone } from '../shell/use-clock.ts'
import { AlertFacts } from './alert-facts.tsx'
import { AlertHeading } from './alert-heading.tsx'
import { alertSentence } from './alert-sentence.ts'
import { CounterEvidence } from './counter-evidence.tsx'
import { Emphasised } from './emphasised.tsx'
import { EvidenceTable } from './evidence-table.tsx'
import { RevisionHistory } from './revision-history.tsx'
import { SignatureTable } from './signature-table.tsx'
import { TopologyDoubts } from './topology-doubts.tsx'
import { useMineBook } from './use-mine-book.ts'
import { useSubjectPlace } from './use-subject-place.ts'

const LoadSection = lazy(() => import('./load-section.tsx').then(({ LoadSection }) => ({ default: LoadSection })))
const AlertMap = lazy(() => import('../map/alert-map.tsx').then(({ AlertMap }) => ({ default: AlertMap })))

export function AlertPage({ id, backHref }: { readonly id: string; readonly backHref: string }) {
  const { t } = useLanguage()
  const { alerts, loading } = useFeed()
  const known = alerts.get(id)
  const { data, error, refetch } = useAlert(id, known, !loading)
  const alert = known ?? data
  if (alert) return <Loaded alert={alert} backHref={backHref} />
  if (error) return <ErrorNotice what={t('what.alert')} error={error} onRetry={refetch} />
  return <Skeletons rows={5} height={48} />
}

/** Answer first, then the proof, then the raw data. */
function Loaded({ alert, backHref }: { readonly alert: Alert; readonly backHref: string }) {
  const { t, language } = useLanguage()
  const mines = useMineBook()
  const place = useSubjectPlace(alert.subject)
  const now = useEventTime()
  const zone = useZone()

  return (
    <article className="alert">
      <AlertHeading alert={alert} place={place} backHref={backHref} />
      <p className={`say say-${alertLevel(alert)}`} data-testid="sentence">
        <Emphasised text={alertSentence(alert, mines, now, zone, language, t).join('')} />
      </p>
      <AlertFacts alert={alert} place={place} />
      <div className="pictures">
        <PartBoundary>
          <Suspense fallback={<Skeletons rows={1} height={260} />}>
            <LoadSection alert={alert} place={place} />
          </Suspense>
        </PartBoundary>
        <PartBoundary>
          <Suspense fallback={<Skeletons rows={1} height={260} />}>
            <AlertMap alert={alert} place={place} mines={mines} />
          </Suspense>
        </PartBoundary>
        <EvidenceTable alert={alert} />
        <SignatureTable alert={alert} />
        <CounterEvidence alert={alert} place={place} />
        <TopologyDoubts doubts={place.topologyDoubts} />
        <RevisionHistory alert={alert} />
      </div>
    </article>
  )
}
