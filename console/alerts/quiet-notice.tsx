import { Link } from 'wouter'
import { useSummary } from '../api/queries.ts'
import { count, fullMoment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { COMPLETE_SHARE, percent } from '../shell/live-badge.tsx'
import { useWallClock, useZone } from '../shell/use-clock.ts'
import { duration } from './duration.ts'
import { useSilentGateways } from './use-silent-gateways.ts'

/** Nothing to show: says whether that is good news. Only complete data may say so. */
export function QuietNotice() {
  const { t, language } = useLanguage()
  const { data: summary } = useSummary()
  const zone = useZone()
  const now = useWallClock(10_000)
  const silent = useSilentGateways()
  const share = summary?.meters.share ?? null

  if (!summary) return <Notice tone="warn" mark="▲" title={t('empty.unknownTitle')} text={t('empty.unknown')} linked />
  if (summary.lastReadingAt === null) {
    return (
      <Notice tone="plain" mark="○" title={t('empty.firstTitle')} text={t('empty.first')}>
        <p className="muted small">{t('empty.commands')}</p>
        <pre>
          npm start{'\n'}npm run adit -- gateway add gw-1{'\n'}npm run adit -- import usage-points.csv readings.csv
        </pre>
      </Notice>
    )
  }
  if (share === null) return <Notice tone="warn" mark="▲" title={t('empty.unknownTitle')} text={t('empty.unknown')} linked />
  if (share < COMPLETE_SHARE || silent.length > 0) {
    return (
      <Notice
        tone="warn"
        mark="▲"
        title={t('empty.incompleteTitle')}
        text={share < COMPLETE_SHARE ? t('empty.incomplete', { share: percent(share) }) : t('empty.incompleteSilent')}
        linked
      >
        {silent.slice(0, 3).map(({ gateway, lastSeenAt }) => (
          <p key={gateway}>{t('empty.silent', { gateway, duration: duration(now - Date.parse(lastSeenAt ?? ''), t) })}</p>
        ))}
      </Notice>
    )
  }
  const until = fullMoment(summary.lastReadingAt, zone)
  return (
    <Notice
      tone="good"
      mark="✓"
      title={t('empty.calmTitle')}
      text={`${t('empty.calm', { points: count(summary.meters.known, language), until })} ${t('live.completeness', { share: percent(share) })}`}
    >
      {summary.learning && <p>{t('empty.learning', summary.learning)}</p>}
    </Notice>
  )
}

interface NoticeProps {
  readonly tone: 'plain' | 'warn' | 'good'
  readonly mark: string
  readonly title: string
  readonly text: string
  readonly linked?: boolean
  readonly children?: React.ReactNode
}

function Notice({ tone, mark, title, text, linked, children }: NoticeProps) {
  const { t } = useLanguage()
  return (
    <div className={`notice notice-${tone}`}>
      <p>
        <strong>
          <span aria-hidden="true">{mark}</span> {title}
        </strong>
      </p>
      <p>{text}</p>
      {children}
      {linked && (
        <p>
          <Link href="/gateways">{t('nav.gateways')} →</Link>
        </p>
      )}
    </div>
  )
}
