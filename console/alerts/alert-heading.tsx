import { useState } from 'react'
import { Link } from 'wouter'
import type { Alert } from '../../model/alert.ts'
import { moment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useZone } from '../shell/use-clock.ts'
import { LevelPill } from './level-pill.tsx'
import { maskId } from './mask-id.ts'
import { placeTitle } from './place-title.ts'
import type { SubjectPlace } from './use-subject-place.ts'

export function AlertHeading({
  alert,
  place,
  backHref,
}: {
  readonly alert: Alert
  readonly place: SubjectPlace
  readonly backHref: string
}) {
  const { t } = useLanguage()
  const zone = useZone()
  const [whole, setWhole] = useState(false)
  const maskable = alert.subject.kind !== 'area' && maskId(alert.subject.id) !== alert.subject.id
  const meta = [
    place.county,
    alert.clearedAt === null ? t('alert.running') : t('alert.clearedAt', { at: moment(alert.clearedAt, zone) }),
    t(`route.${alert.route}`),
    t('alert.number', { id: alert.id }),
  ].filter((part) => part !== undefined)

  return (
    <div className="heading">
      <Link href={backHref} className="back">
        {t('alert.back')}
      </Link>
      <LevelPill alert={alert} />
      <h1>{placeTitle(alert, place, t, whole)}</h1>
      {maskable && (
        <button type="button" className="plain small" onClick={() => setWhole(!whole)}>
          {t(whole ? 'alert.mask' : 'alert.reveal')}
        </button>
      )}
      <p className="muted">{meta.join(' · ')}</p>
    </div>
  )
}
