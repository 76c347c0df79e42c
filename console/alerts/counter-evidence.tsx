import type { Alert } from '../../model/alert.ts'
import { useLanguage } from '../i18n/language.ts'
import { likelihoodWord } from './alert-sentence.ts'
import type { SubjectPlace } from './use-subject-place.ts'

/** Innocent causes that are weighed for every alert (docs/detectors.md), and those that only an inspector can rule out. */
const WEIGHED = ['lawful-use', 'season', 'neighbours'] as const
const NOT_WEIGHED = ['contract', 'metering', 'topology'] as const

export function CounterEvidence({ alert, place }: { readonly alert: Alert; readonly place: SubjectPlace }) {
  const { t, language } = useLanguage()
  const { innocent } = alert
  const silent = alert.reasons.filter(({ score }) => score <= 0)
  // doubts about the topology have a panel of their own
  const notWeighed = NOT_WEIGHED.filter((kind) => kind !== 'topology' || place.topologyDoubts.length === 0)
  const weighed = WEIGHED.filter((kind) => kind !== innocent?.kind)
  return (
    <section className="panel wide" data-testid="counter-evidence">
      <h2>{t('evidence.counter')}</h2>
      <table className="stacking">
        <tbody>
          {innocent && (
            <tr>
              <th scope="row">✓ {t('evidence.checked')}</th>
              <td>
                {innocent.sentence[language]}{' '}
                <b>
                  {t('evidence.likelihood', {
                    word: t(`likelihood.${likelihoodWord(innocent.likelihood)}`),
                    share: Math.round(innocent.likelihood * 100),
                  })}
                </b>
              </td>
            </tr>
          )}
          {silent.map(({ detector, sentence }) => (
            <tr key={detector + sentence.en}>
              <th scope="row">− {t('evidence.noSupport')}</th>
              <td>{sentence[language]}</td>
            </tr>
          ))}
          {weighed.map((kind) => (
            <tr key={kind}>
              <th scope="row">✓ {t('evidence.checked')}</th>
              <td>
                {t(`evidence.kinds.${kind}`)}:{' '}
                <span className="muted">{t(innocent ? 'evidence.lessLikely' : 'evidence.noneFound')}</span>
                {kind === 'lawful-use' && place.lawfulUses ? ` (${t('evidence.onRecord', { count: place.lawfulUses })})` : ''}
              </td>
            </tr>
          ))}
          {notWeighed.map((kind) => (
            <tr key={kind}>
              <th scope="row" className="muted">
                ○ {t('evidence.notChecked')}
              </th>
              <td>
                {t(`evidence.kinds.${kind}`)}: <span className="muted">{t('evidence.onSite')}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
