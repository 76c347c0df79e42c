import type { TopologyDoubt } from '../../model/topology-doubt.ts'
import { kilowatts } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { FileLink } from '../shell/file-link.tsx'
import { maskId } from './mask-id.ts'

/** Meters on the wrong books or with a wrong multiplier, with what to check; nothing when there are none. */
export function TopologyDoubts({ doubts }: { readonly doubts: readonly TopologyDoubt[] }) {
  const { t } = useLanguage()
  if (doubts.length === 0) return null
  return (
    <section className="panel wide" data-testid="topology">
      <h2>{t('topology.title')}</h2>
      <p className="small muted">{t('topology.intro')}</p>
      <ul className="bare doubts">
        {doubts.map((doubt) => (
          <Doubt key={doubt.usagePoint} doubt={doubt} />
        ))}
      </ul>
      <p className="small">
        <FileLink path="/api/v1/topology-doubts.csv" name="topology-doubts.csv">
          {t('topology.csv')}
        </FileLink>
      </p>
    </section>
  )
}

function Doubt({ doubt }: { readonly doubt: TopologyDoubt }) {
  const { t, language } = useLanguage()
  const { usagePoint, bookedArea, probableArea, kind, multiplier, meanW, since, sentence } = doubt
  const facts = [
    `${t('topology.mean')} ${kilowatts(meanW, language)}`,
    `${t('topology.since')} ${since}`,
    `${t('topology.booked')} ${bookedArea}`,
    probableArea === null ? null : `${t('topology.probable')} ${probableArea}`,
    multiplier === null ? null : t('topology.times', { multiplier }),
  ]
  return (
    <li>
      <b>{t('list.account', { id: maskId(usagePoint) })}</b> {t(`topology.kind.${kind}`)}
      <br />
      <span className="small muted">{facts.filter((fact) => fact !== null).join(' · ')}</span>
      <br />
      {sentence[language]}
    </li>
  )
}
