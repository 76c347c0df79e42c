import type { Alert } from '../../model/alert.ts'
import { fullMoment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useZone } from '../shell/use-clock.ts'
import { chanceWord } from './alert-sentence.ts'

/** What changed, when, and which readings changed it; newest first. */
export function RevisionHistory({ alert }: { readonly alert: Alert }) {
  const { t, language } = useLanguage()
  const zone = useZone()
  const history = [...alert.history].sort((a, b) => b.revision - a.revision)
  return (
    <section className="panel wide" data-testid="history">
      <h2>{t('history.title')}</h2>
      {history.length === 0 && <p>{t('history.none')}</p>}
      <ol className="timeline">
        {history.map(({ revision, at, change, probability, cause }) => (
          <li key={revision}>
            <time dateTime={at}>{fullMoment(at, zone)}</time> <b>{t(`history.change.${change}`)}</b>{' '}
            <span className="muted small">
              {t('history.revision', { count: revision })} · {t(`chance.${chanceWord(probability)}`)}
            </span>
            <br />
            {cause[language]}
          </li>
        ))}
      </ol>
    </section>
  )
}
