import { Link } from 'wouter'
import type { Alert } from '../../model/alert.ts'
import { distance, kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import type { MineBook } from './alert-filter.ts'
import { duration } from './duration.ts'
import { LevelPill } from './level-pill.tsx'
import { placeTitle } from './place-title.ts'
import { useSubjectPlace } from './use-subject-place.ts'

interface Props {
  readonly alert: Alert
  readonly current: boolean
  readonly href: string
  readonly mines: MineBook
  readonly now: number
  readonly still: boolean
}

/** Two lines: how bad and where; then how near, how strong, how long, and whether it runs. */
export function AlertRow({ alert, current, href, mines, now, still }: Props) {
  const { t, language } = useLanguage()
  const place = useSubjectPlace(alert.subject, still)
  const [nearest] = alert.mines
  const mine = nearest && mines.get(nearest.mine)
  const county = place.county ?? mine?.county
  const ran = duration((alert.clearedAt === null ? now : Date.parse(alert.clearedAt)) - Date.parse(alert.onset), t)
  const near = nearest ? `${distance(nearest.distanceMeters, language)} ${mine?.name ?? nearest.mine}` : t('list.noMine')

  return (
    <Link href={href} className="row" aria-current={current ? 'true' : undefined} data-alert={alert.id}>
      <span className="row-title">
        <LevelPill alert={alert} />
        <strong>{placeTitle(alert, place, t)}</strong>
        <span className="row-power">{kilowatts(alert.powerW, language)}</span>
      </span>
      <span className="row-meta">
        <span className="row-where">
          {[t(`route.${alert.route}`), county, near].filter((part) => part !== undefined).join(' · ')}
        </span>
        <span className="row-when">
          {ran} · {t(alert.clearedAt === null ? 'state.open' : 'state.cleared')}
        </span>
      </span>
    </Link>
  )
}
