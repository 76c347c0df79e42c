import type { Alert, AlertSignature, SignatureFeature } from '../../model/alert.ts'
import { moment, number } from '../i18n/format.ts'
import { type Language, useLanguage } from '../i18n/language.ts'
import { useZone } from '../shell/use-clock.ts'

const MARKS = { agrees: '✓', disagrees: '✗', unknown: '?' } as const
const UNITS: Readonly<Partial<Record<SignatureFeature, string>>> = {
  kilowatts: 'kW',
  stepKilowatts: 'kW',
  hours: 'h',
  runMinutes: 'min',
  gapMinutes: 'min',
}
const SHARES: ReadonlySet<SignatureFeature> = new Set(['duty', 'flatness', 'nightShare'])

/** Which known load shapes it matches, in which part of which night, and what of them agrees, does not, or was not measured. */
export function SignatureTable({ alert }: { readonly alert: Alert }) {
  const { t } = useLanguage()
  return (
    <section className="panel wide" data-testid="signatures">
      <h2>{t('signature.title')}</h2>
      {alert.signatures.length === 0 ? <p>{t('signature.none')}</p> : <p className="small muted">{t('signature.intro')}</p>}
      {alert.signatures.map((signature, index) => (
        <Signature key={signature.template} signature={signature} place={index + 1} />
      ))}
    </section>
  )
}

function Signature({ signature, place }: { readonly signature: AlertSignature; readonly place: number }) {
  const { t, language } = useLanguage()
  const zone = useZone()
  const { name, template, version, set, nights, possibleNights, best } = signature
  return (
    <div className="signature">
      <h3>
        <span className="lane-number">{place}</span> {name[language]}{' '}
        <span className="muted small">{t('signature.version', { template, version, set })}</span>
      </h3>
      <p className="small">
        {t('signature.nights', { nights, possible: possibleNights })} ·{' '}
        {t('signature.best', { from: moment(best.from, zone), to: moment(best.to, zone) })} ·{' '}
        {t('signature.score', {
          score: between(
            best.score.map((part) => 100 * part),
            language,
          ),
        })}
      </p>
      <table className="features">
        <caption className="visually-hidden">{name[language]}</caption>
        <thead>
          <tr>
            <th scope="col">{t('signature.feature')}</th>
            <th scope="col" className="number">
              {t('signature.measured')}
            </th>
            <th scope="col" className="number">
              {t('signature.wanted')}
            </th>
            <th scope="col">{t('signature.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {best.features.map(({ feature, verdict, measured, wanted }) => (
            <tr key={feature}>
              <th scope="row">{t(`signature.features.${feature}`)}</th>
              <td className="number">{measured === null ? t('signature.notMeasured') : shown(feature, measured, language)}</td>
              <td className="number muted">{shown(feature, wanted, language)}</td>
              <td className={`verdict-${verdict}`}>
                {MARKS[verdict]} {t(`signature.verdicts.${verdict}`)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function shown(feature: SignatureFeature, bounds: readonly number[], language: Language): string {
  if (SHARES.has(feature))
    return `${between(
      bounds.map((share) => 100 * share),
      language,
    )} %`
  const unit = UNITS[feature]
  return `${between(bounds, language)}${unit === undefined ? '' : ` ${unit}`}`
}

/** Two bounds, or one value where they are as good as equal. */
function between(bounds: readonly number[], language: Language): string {
  const [low, high] = bounds.map((value) => number(value, language))
  return low === high ? (low ?? '') : `${low}–${high}`
}
