import type { Alert } from '../../model/alert.ts'
import { energy, fullMoment, kilowatts, moment, number } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useEventTime, useZone } from '../shell/use-clock.ts'
import { chanceWord } from './alert-sentence.ts'
import { calibrationText } from './calibration-text.ts'
import { duration } from './duration.ts'
import type { SubjectPlace } from './use-subject-place.ts'

/** The numbers of the record, each with its unit. The chance is told in words and as a natural frequency, never as decimals. */
export function AlertFacts({ alert, place }: { readonly alert: Alert; readonly place: SubjectPlace }) {
  const { t, language } = useLanguage()
  const zone = useZone()
  const now = useEventTime()
  const until = alert.clearedAt === null ? now : Date.parse(alert.clearedAt)
  const tenths = Math.round(alert.probability * 10)
  const natural =
    tenths >= 10 ? t('alert.naturalAll') : tenths < 1 ? t('alert.naturalNone') : t('alert.natural', { count: tenths })
  const account = [
    place.category === undefined ? undefined : t(`category.${place.category}`, { defaultValue: place.category }),
    place.contractKw === undefined ? undefined : t('alert.contract', { kw: number(place.contractKw, language) }),
  ].filter((part) => part !== undefined)

  return (
    <section aria-label={t('alert.facts')}>
      <dl className="facts" data-testid="facts">
        <Fact
          name={t('alert.power')}
          value={kilowatts(alert.powerW, language)}
          note={account.length === 0 ? undefined : account.join(' · ')}
        />
        <Fact name={t('alert.energy')} value={energy(alert.energyWh, language)} />
        <Fact
          name={t('alert.chance')}
          value={t(`chance.${chanceWord(alert.probability)}`)}
          note={`${natural} · ${calibrationText(alert.calibration, t)}`}
          wide
        />
        <Fact name={t('alert.rank')} value={placeOf(alert, t)} />
        <Fact
          name={t('alert.onset')}
          value={moment(alert.onset, zone)}
          note={`${fullMoment(alert.onset, zone).slice(0, 4)} · ${duration(until - Date.parse(alert.onset), t)}`}
        />
        <Fact name={t('alert.raisedAt')} value={moment(alert.raisedAt, zone)} />
        {alert.clearedAt !== null && <Fact name={t('alert.clearedLabel')} value={moment(alert.clearedAt, zone)} />}
      </dl>
      <p className="small muted">{t('alert.lead')}</p>
    </section>
  )
}

function placeOf({ rank, listedBy }: Alert, t: ReturnType<typeof useLanguage>['t']): string {
  if (rank !== null) return t('alert.rankValue', { rank })
  return t(listedBy === 'random' ? 'alert.rankRandom' : 'alert.rankNone')
}

function Fact({
  name,
  value,
  note,
  wide,
}: {
  readonly name: string
  readonly value: string
  readonly note?: string | undefined
  readonly wide?: boolean
}) {
  return (
    <div className={wide ? 'fact-wide' : undefined}>
      <dt>{name}</dt>
      <dd>
        {value}
        {note !== undefined && <span className="small muted"> {note}</span>}
      </dd>
    </div>
  )
}
