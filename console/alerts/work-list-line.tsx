import { useSummary } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { chancePercent } from './alert-sentence.ts'
import { calibrationText } from './calibration-text.ts'

/** This week's work list in one line: how many, and what share of them inspections are expected to confirm. */
export function WorkListLine() {
  const { t } = useLanguage()
  const workList = useSummary().data?.workList
  if (!workList || workList.ranked + workList.random === 0) return null
  const { ranked, random, expectedPrecision, calibration } = workList
  const percent = (share: number) => Math.round(share * 100)
  return (
    <p className="work-list small" data-testid="work-list" title={calibrationText(calibration, t)}>
      {t('list.week', { count: ranked })}
      {random > 0 && t('list.weekRandom', { count: random })}
      {expectedPrecision && (
        <>
          {' · '}
          <b>
            {t('list.expected', {
              mean: chancePercent(expectedPrecision.mean),
              low: percent(expectedPrecision.low),
              high: percent(expectedPrecision.high),
            })}
          </b>
        </>
      )}
    </p>
  )
}
