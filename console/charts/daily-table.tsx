import { useMemo } from 'react'
import type { Night } from '../../model/sunlight.ts'
import { monthDay, number } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { dailyTotals } from './daily-totals.ts'
import type { PowerSeries } from './power-series.ts'

interface Props {
  readonly series: PowerSeries
  readonly nights: readonly Night[]
  readonly from: number
  readonly to: number
  readonly zone: string
}

/** The load curve's twin for those who read rather than look. */
export function DailyTable({ series, nights, from, to, zone }: Props) {
  const { t, language } = useLanguage()
  const rows = useMemo(() => dailyTotals(series, nights, from, to, zone), [series, nights, from, to, zone])
  const kw = (watts: number | undefined) => (watts === undefined ? '–' : number(watts / 1000, language))
  return (
    <details>
      <summary>{t('curve.table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('curve.day')}</th>
            <th scope="col" className="number">
              {t('curve.nightMean')}
            </th>
            <th scope="col" className="number">
              {t('curve.dayMean')}
            </th>
            <th scope="col" className="number">
              {t('curve.peak')}
            </th>
            <th scope="col" className="number">
              {t('curve.missing')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, nightWatts, dayWatts, peakWatts, missingSeconds }) => (
            <tr key={at}>
              <th scope="row">{monthDay(at, zone)}</th>
              <td className="number">{kw(nightWatts)}</td>
              <td className="number">{kw(dayWatts)}</td>
              <td className="number">{kw(nightWatts === undefined && dayWatts === undefined ? undefined : peakWatts)}</td>
              <td className="number">{number(missingSeconds / 3600, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
