import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import type { Alert } from '../../model/alert.ts'
import { nightsBetween } from '../../model/sunlight.ts'
import { useLoadProfile } from '../api/queries.ts'
import { expectedBand } from '../charts/expected-band.ts'
import { HeatMap } from '../charts/heat-map.tsx'
import { LoadCurve } from '../charts/load-curve.tsx'
import { DERIVED_RANK, endOf, lowerBound, MEASURED_RANK, powerSeries, sliceSeries } from '../charts/power-series.ts'
import { signatureLanes } from '../charts/signature-lanes.ts'
import { useLanguage } from '../i18n/language.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import { useEventTime, useZone } from '../shell/use-clock.ts'
import { type CurveWindow, shifted, windowAtLatest, windowAtOnset } from './curve-window.ts'
import type { SubjectPlace } from './use-subject-place.ts'

const DAY = 86_400
/** Days read before and after the onset. A residual is made from every meter of the area, so fewer are asked for. */
const DAYS_READ = { 'usage-point': { before: 62, after: 62 }, area: { before: 21, after: 22 } } as const

/** Pictures ① and ②, from one reading of the load profile. */
export function LoadSection({ alert, place }: { readonly alert: Alert; readonly place: SubjectPlace }) {
  const { t } = useLanguage()
  const zone = useZone()
  const now = Math.ceil(useEventTime() / 1000 / DAY) * DAY
  const onset = Date.parse(alert.onset) / 1000
  const read = DAYS_READ[alert.subject.kind]
  const from = Math.floor(onset / DAY - read.before) * DAY
  const to = Math.max(from + DAY, Math.min(now, Math.ceil(onset / DAY + read.after) * DAY))
  const { data: profile, error, refetch, isPending } = useLoadProfile(alert, from, to)
  const leastRank = alert.subject.kind === 'area' ? DERIVED_RANK : MEASURED_RANK
  const series = useMemo(() => profile && powerSeries(profile, leastRank), [profile, leastRank])
  const days = useMediaQuery('(max-width: 760px)') ? 4 : 14
  const lanes = useMemo(() => signatureLanes(alert.signatures), [alert.signatures])
  const [moved, setMoved] = useState<CurveWindow>()

  const best = alert.signatures[0]?.best
  const title = alert.subject.kind === 'area' ? 'curve.residualTitle' : 'curve.title'
  const latest = (series && endOf(series)) ?? to
  const earliest = series?.start[0] ?? from
  const window = moved ?? windowAtOnset(onset, latest, days)
  const drawn = useMemo(() => {
    if (!series || !profile) return undefined
    const shown = sliceSeries(series, window.from, window.to)
    const gapsAtEnds = [
      ...((shown.start[0] ?? window.to) > window.from ? [{ from: window.from, to: shown.start[0] ?? window.to }] : []),
      ...shown.gaps,
    ]
    const { times, watts } = steps(shown.start, shown.seconds, shown.watts)
    const given = profile.expected
    if (given?.highW.some((high) => high !== null)) {
      const rows = times.map((time) => {
        const row = lowerBound(profile.start, time + 1) - 1
        return { low: given.lowW[row] ?? null, high: given.highW[row] ?? null }
      })
      const band = { low: rows.map(({ low }) => low), high: rows.map(({ high }) => high) }
      return { shown: { ...shown, gaps: gapsAtEnds }, times, watts, band: { band, fromService: true, days: 0 } }
    }
    const band = expectedBand(series, onset, times, zone)
    return {
      shown: { ...shown, gaps: gapsAtEnds },
      times,
      watts,
      band: { band, fromService: false, days: Math.min(60, read.before) },
    }
  }, [series, profile, window.from, window.to, onset, zone, read.before])
  const nights = useMemo(
    () =>
      place.latitude === undefined || place.longitude === undefined
        ? undefined
        : nightsBetween(window.from, window.to, place.latitude, place.longitude),
    [window.from, window.to, place.latitude, place.longitude],
  )

  return (
    <>
      <figure className="panel wide">
        <h2>{t(title, { days })}</h2>
        {error && <ErrorNotice what={t('what.profile')} error={error} onRetry={refetch} />}
        {isPending && !error && <Skeletons rows={1} height={260} />}
        {drawn && drawn.times.length === 0 && <p className="notice notice-warn">{t('curve.empty')}</p>}
        {drawn && drawn.times.length > 0 && (
          <LoadCurve
            series={drawn.shown}
            band={drawn.band}
            times={drawn.times}
            watts={drawn.watts}
            nights={nights}
            from={window.from}
            to={window.to}
            lanes={lanes}
            onset={onset}
            zone={zone}
          />
        )}
        {series && (
          <p className="button-row no-print">
            <Button
              size="xs"
              variant="default"
              disabled={window.from <= earliest}
              onClick={() => setMoved(shifted(window, -1, earliest, latest))}
            >
              ← {t('curve.earlier')}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={window.to >= latest}
              onClick={() => setMoved(shifted(window, 1, earliest, latest))}
            >
              {t('curve.later')} →
            </Button>
            <Button size="xs" variant="default" onClick={() => setMoved(undefined)}>
              {t('curve.toOnset')}
            </Button>
            <Button size="xs" variant="default" onClick={() => setMoved(windowAtLatest(latest, days))}>
              {t('curve.toLatest')}
            </Button>
            {best !== undefined && (
              <Button
                size="xs"
                variant="default"
                onClick={() => setMoved(windowAtOnset(Date.parse(best.from) / 1000, latest, days))}
              >
                {t('curve.toMatch')}
              </Button>
            )}
          </p>
        )}
      </figure>
      <figure className="panel">
        <h2>{t('heat.title', { days: 30 })}</h2>
        {isPending && !error && <Skeletons rows={1} height={220} />}
        {series && <HeatMap series={series} until={Math.min(latest, onset + 22 * DAY)} onset={onset} zone={zone} />}
      </figure>
    </>
  )
}

/** Points for a stepped line: one per interval, a hole after each that no other follows, and the end of the last. */
function steps(start: readonly number[], seconds: readonly number[], values: readonly number[]) {
  const times: number[] = []
  const watts: (number | null)[] = []
  for (let row = 0; row < start.length; row++) {
    const from = start[row] ?? 0
    const end = from + (seconds[row] ?? 0)
    times.push(from)
    watts.push(values[row] ?? null)
    const next = start[row + 1]
    if (next === undefined) {
      times.push(end)
      watts.push(values[row] ?? null)
    } else if (next > end + 1) {
      times.push(end - 1, end)
      watts.push(values[row] ?? null, null)
    }
  }
  return { times, watts }
}
