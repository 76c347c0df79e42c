import { useSummary } from '../api/queries.ts'
import { clock, moment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useFeed } from '../live/feed-provider.tsx'
import { useWallClock, useZone } from './use-clock.ts'

/** Silence of the stream after which the badge stops saying "live". */
const STALE_MS = 30_000
/** Below this share of readings nothing is shown as fine. */
export const COMPLETE_SHARE = 0.95

export function LiveBadge() {
  const { t } = useLanguage()
  const { connected, lastBeatAt } = useFeed()
  const { data: summary } = useSummary()
  const now = useWallClock(2_000)
  const zone = useZone()
  const stale = lastBeatAt > 0 && (!connected || now - lastBeatAt > STALE_MS)
  const state = stale ? 'stale' : lastBeatAt === 0 ? 'connecting' : 'live'
  const share = summary?.meters.share
  const parts = [
    state === 'stale' ? t('live.stale', { at: clock(lastBeatAt, zone) }) : t(`live.${state}`),
    typeof share === 'number' ? t('live.completeness', { share: percent(share) }) : '',
    summary?.lastReadingAt ? t('live.until', { at: moment(summary.lastReadingAt, zone) }) : '',
  ].filter((part) => part !== '')
  const poor = typeof share === 'number' && share < COMPLETE_SHARE

  return (
    <output className={`live live-${poor && state === 'live' ? 'poor' : state}`} title={t('live.hint')}>
      <span aria-hidden="true" className="live-mark">
        {state === 'live' ? (poor ? '▲' : '●') : '○'}
      </span>
      <span>{parts[0]}</span>
      {parts.slice(1).map((part) => (
        <span key={part} className="only-wide">
          · {part}
        </span>
      ))}
    </output>
  )
}

/** One decimal, rounded down: 99.97 % is not 100 %. */
export function percent(share: number): string {
  return (Math.floor(share * 1000) / 10).toFixed(1)
}
