import { SegmentedButtons } from '../shell/segmented-buttons.tsx'
import type { SignatureLane } from './signature-lanes.ts'
import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import type { Night } from '../../model/sunlight.ts'
import { fullMoment, moment, number } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { percent } from '../shell/live-badge.tsx'
import { type CurveColors, drawCurve } from './curve-plot.ts'
import { DailyTable } from './daily-table.tsx'
import type { Band } from './expected-band.ts'
import { meanWatts, type PowerSeries } from './power-series.ts'
import { token } from './token.ts'
import { useWidth } from './use-width.ts'

interface Props {
  /** Rows of the window only. */
  readonly series: PowerSeries
  /** `days` before the onset that the band was made from, when it was made here. */
  readonly band: { readonly band: Band | undefined; readonly fromService: boolean; readonly days: number }
  /** UTC seconds at which the band is given and the curve drawn. */
  readonly times: readonly number[]
  readonly watts: readonly (number | null)[]
  readonly nights: readonly Night[] | undefined
  /** What matched known signatures, one lane each. */
  readonly lanes: readonly SignatureLane[]
  readonly from: number
  readonly to: number
  readonly onset: number
  readonly zone: string
}

export function LoadCurve({ series, band, times, watts, nights, lanes, from, to, onset, zone }: Props) {
  const { t, language } = useLanguage()
  const scheme = useComputedColorScheme('light')
  const [element, width] = useWidth()
  const [scale, setScale] = useState<'sqrt' | 'linear'>('sqrt')
  const [cursor, setCursor] = useState<number | null>(null)
  const estimated = useMemo(() => {
    const marked = new Map(
      series.start.flatMap((start, row) => (series.estimated[row] ? [[start, series.watts[row] ?? null]] : [])),
    )
    return times.map((time) => marked.get(time) ?? null)
  }, [series, times])

  useEffect(() => {
    const target = element.current
    if (!target || width === 0) return
    const plot = drawCurve(
      {
        width,
        height: width < 520 ? 190 : 230,
        from,
        to,
        times,
        watts,
        estimated,
        band: band.band,
        nights: nights ?? [],
        gaps: series.gaps,
        lanes: lanes.map(({ number, name, spans }) => ({ label: `${number} ${name[language]}`, number: String(number), spans })),
        onset,
        onsetLabel: t('curve.onset', { at: moment(onset, zone) }),
        scale,
        zone,
        colors: colorsOf(scheme),
        font: getComputedStyle(document.body).fontFamily,
        onCursor: setCursor,
      },
      target,
    )
    return () => plot.destroy()
  }, [element, width, from, to, times, watts, estimated, band, nights, lanes, series, onset, scale, zone, scheme, t, language])

  const covered = series.seconds.reduce((sum, span) => sum + span, 0)
  const revised = series.revised.filter(Boolean).length
  const guessed = series.estimated.filter(Boolean).length
  const kw = (value: number | undefined) => (value === undefined ? '–' : `${number(value / 1000, language)} kW`)
  const summary = t('curve.aria', {
    from: moment(from, zone),
    to: moment(to, zone),
    before: kw(meanWatts(series, from, Math.min(onset, to))),
    after: kw(meanWatts(series, Math.max(onset, from), to)),
    peak: kw(series.watts.length === 0 ? undefined : Math.max(...series.watts)),
    gaps: series.gaps.length,
  })

  return (
    <>
      <div className="chart-line">
        <output className="small readout">{readout()}</output>
        <SegmentedButtons
          label={t('curve.scale')}
          value={scale}
          onChange={setScale}
          options={[
            { value: 'sqrt', label: t('curve.sqrt') },
            { value: 'linear', label: t('curve.linear') },
          ]}
        />
      </div>
      <div ref={element} className="curve" role="img" aria-label={summary} />
      <p className="legend small muted">
        <span>
          <i className="key-load" /> {t('curve.load')}
        </span>
        <span>
          <i className={band.band ? 'key-band' : 'key-none'} />{' '}
          {t(band.band ? (band.fromService ? 'curve.serviceBand' : 'curve.band') : 'curve.noBand', { days: band.days })}
        </span>
        <span>
          <i className={nights ? 'key-night' : 'key-none'} /> {t(nights ? 'curve.night' : 'curve.noNight')}
        </span>
        {lanes.map(({ number, name }) => (
          <span key={number}>
            <i className="key-lane">{number}</i> {t('signature.key', { name: name[language] })}
          </span>
        ))}
        {series.gaps.length > 0 && (
          <span>
            <i className="key-gap" /> {t('curve.gap')}
          </span>
        )}
        {guessed > 0 && (
          <span>
            <i className="key-estimated" /> {t('curve.estimated')}
          </span>
        )}
      </p>
      <p className="small muted">
        {t('curve.quality', {
          share: percent(Math.min(1, covered / Math.max(1, to - from))),
          missing: t('duration.hours', { count: Math.round(Math.max(0, to - from - covered) / 360) / 10 }),
          estimated: guessed,
          revised,
        })}
      </p>
      <DailyTable series={series} nights={nights ?? []} from={from} to={to} zone={zone} />
    </>
  )

  function readout(): string {
    const time = cursor === null ? undefined : times[cursor]
    if (time === undefined || cursor === null) return ' '
    const value = watts[cursor]
    const low = band.band?.low[cursor]
    const high = band.band?.high[cursor]
    const expected =
      typeof low === 'number' && typeof high === 'number'
        ? ` (P10–P90 ${number(low / 1000, language)}–${number(high / 1000, language)})`
        : ''
    return `${fullMoment(time, zone)} · ${typeof value === 'number' ? kw(value) : t('curve.gap')}${expected}`
  }
}

function colorsOf(_scheme: string): CurveColors {
  return {
    load: token('load'),
    band: token('band'),
    bandEdge: token('band-edge'),
    night: token('night'),
    grid: token('grid'),
    muted: token('muted'),
    panel: token('panel'),
    onset: token('red-text'),
    lane: token('accent'),
    onLane: token('on-accent'),
  }
}
