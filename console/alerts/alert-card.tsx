import { Link } from 'wouter'
import type { Alert } from '../../model/alert.ts'
import { alertLevel } from '../../model/alert-level.ts'
import { useLanguage } from '../i18n/language.ts'
import { useEventTime, useZone } from '../shell/use-clock.ts'
import { alertSentence } from './alert-sentence.ts'
import { Emphasised } from './emphasised.tsx'
import { LevelPill } from './level-pill.tsx'
import { placeTitle } from './place-title.ts'
import { useMineBook } from './use-mine-book.ts'
import { useSubjectPlace } from './use-subject-place.ts'

/** An alert in a few lines: how bad, where, and the beginning of its sentence. */
export function AlertCard({ alert }: { readonly alert: Alert }) {
  const { t, language } = useLanguage()
  const place = useSubjectPlace(alert.subject)
  const sentence = alertSentence(alert, useMineBook(), useEventTime(), useZone(), language, t)
  return (
    <div className={`say say-${alertLevel(alert)} card`}>
      <p className="row-title">
        <LevelPill alert={alert} />
        <Link href={`/alerts/${encodeURIComponent(alert.id)}`}>{placeTitle(alert, place, t)}</Link>
      </p>
      <p>
        <Emphasised text={sentence.slice(0, 3).join('')} />
      </p>
    </div>
  )
}
