import type { Alert } from '../../model/alert.ts'
import { useLanguage } from '../i18n/language.ts'
import { likelihoodWord } from './alert-sentence.ts'
import type { SubjectPlace } from './use-subject-place.ts'

/** Innocent causes that an inspector rules out; what the record does not mention is said to be unchecked, not absent. */
const KINDS = ['lawful-use', 'season', 'contract', 'metering', 'neighbours', 'topology'] as const

export function CounterEvidence({ alert, place }: { readonly alert: Alert; readonly place: SubjectPlace }) {
  const { t, language } = useLanguage()
  const { innocent } = alert
  const rest = KINDS.filter((kind) => kind !== innocent?.kind && !(kind === 'topology' && alert.subject.kind !== 'area'))
  return (
    <section className="panel wide" data-testid="counter-evidence">
      <h2>{t('evidence.counter')}</h2>
      <table>
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
          {rest.map((kind) => (
            <tr key={kind}>
              <th scope="row" className="muted">
                ○ {t('evidence.notChecked')}
              </th>
              <td>
                {t(`evidence.kinds.${kind}`)}: <span className="muted">{t('evidence.notInRecord')}</span>
                {kind === 'lawful-use' && place.lawfulUses ? ` (${place.lawfulUses})` : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
