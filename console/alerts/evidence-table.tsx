import type { Alert } from '../../model/alert.ts'
import { useLanguage } from '../i18n/language.ts'
import { Emphasised } from './emphasised.tsx'

export function EvidenceTable({ alert }: { readonly alert: Alert }) {
  const { t, language } = useLanguage()
  const reasons = alert.reasons.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
  return (
    <section className="panel wide" data-testid="evidence">
      <h2>{t('evidence.title')}</h2>
      {reasons.length === 0 ? (
        <p>{t('evidence.none')}</p>
      ) : (
        <table className="stacking">
          <thead>
            <tr>
              <th scope="col">{t('evidence.detector')}</th>
              <th scope="col" className="number">
                {t('evidence.score')}
              </th>
              <th scope="col">{t('evidence.sentence')}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ detector, score, sentence }) => (
              <tr key={detector + sentence.en}>
                <th scope="row">{t(`detector.${detector}`, { defaultValue: detector })}</th>
                <td className="number">
                  <span className="bar" aria-hidden="true">
                    <i style={{ width: `${Math.round(Math.max(0, Math.min(1, score)) * 100)}%` }} />
                  </span>{' '}
                  {Math.round(score * 100)}/100
                </td>
                <td>
                  <Emphasised text={sentence[language]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
