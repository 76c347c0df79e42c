import { Link } from 'wouter'
import { useSummary } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { COMPLETE_SHARE, percent } from '../shell/live-badge.tsx'
import { useWallClock } from '../shell/use-clock.ts'
import { duration } from './duration.ts'
import { useSilentGateways } from './use-silent-gateways.ts'

/** Amber when readings are missing: what is shown is then not all there is. Nothing when they are complete. */
export function DataNotice() {
  const { t } = useLanguage()
  const { data: summary } = useSummary()
  const silent = useSilentGateways()
  const now = useWallClock(10_000)
  const share = summary?.meters.share ?? null
  const poor = share !== null && share < COMPLETE_SHARE
  if (!poor && silent.length === 0) return null
  return (
    <div className="notice notice-warn" data-testid="data-notice">
      {poor && (
        <p>
          <span aria-hidden="true">▲</span> {t('live.completeness', { share: percent(share) })}
        </p>
      )}
      {silent.slice(0, 3).map(({ gateway, lastSeenAt }) => (
        <p key={gateway}>
          <span aria-hidden="true">▲</span>{' '}
          {t('empty.silent', { gateway, duration: duration(now - Date.parse(lastSeenAt ?? ''), t) })}
        </p>
      ))}
      <p>
        <Link href="/gateways">{t('nav.gateways')} →</Link>
      </p>
    </div>
  )
}
