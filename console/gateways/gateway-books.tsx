import { duration } from '../alerts/duration.ts'
import { isOwnSource, SILENT_MS } from '../alerts/use-silent-gateways.ts'
import type { GatewayStatus } from '../api/gateway.ts'
import { count, fullMoment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useWallClock, useZone } from '../shell/use-clock.ts'
import { RefusalLine } from './refusal-line.tsx'

const ENTRIES = ['stored', 'duplicate', 'superseded', 'quarantined', 'pending'] as const

/** One book a gateway; what does not balance is told in red, with by how much. */
export function GatewayBooks({ gateways }: { readonly gateways: readonly GatewayStatus[] }) {
  const { t } = useLanguage()
  return (
    <ul className="books bare" data-testid="books">
      {gateways.map((status) => (
        <li key={status.gateway} className="panel">
          <Book status={status} />
          {status.refusals && status.refusals.length > 0 && (
            <ul className="bare refusals" aria-label={t('gateways.quarantineTitle')}>
              {status.refusals.slice(0, 3).map((refusal) => (
                <RefusalLine key={refusal.id} refusal={refusal} />
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  )
}

function Book({ status: { gateway, lastSeenAt, book } }: { readonly status: GatewayStatus }) {
  const { t, language } = useLanguage()
  const zone = useZone()
  const now = useWallClock(5_000)
  const off = imbalance(book)
  const silence = lastSeenAt === null ? undefined : now - Date.parse(lastSeenAt)
  const silent = silence !== undefined && !isOwnSource(gateway) && silence > SILENT_MS

  return (
    <>
      <div className="book-head">
        <h2 className="book-name">{gateway === '$import' ? t('gateways.imported') : gateway}</h2>
        <span className={silent ? 'bad' : 'muted'}>
          {silent && `▲ ${t('gateways.silent')} · `}
          {t('gateways.seen')}{' '}
          {lastSeenAt === null || silence === undefined
            ? t('gateways.never')
            : `${fullMoment(lastSeenAt, zone)} (${silence < 60_000 ? t('duration.now') : t('gateways.ago', { duration: duration(silence, t) })})`}
        </span>
        <strong className={off === 0 ? 'good' : 'bad'}>
          {off === 0 ? t('gateways.balanced') : t('gateways.unbalanced', { count: count(off, language) })}
        </strong>
      </div>
      <dl className="book">
        <div>
          <dt>{t('gateways.received')}</dt>
          <dd>{count(book.received, language)}</dd>
        </div>
        {ENTRIES.map((entry, index) => (
          <div key={entry} className={entry === 'quarantined' && book.quarantined > 0 ? 'book-refused' : undefined}>
            <dt>
              <span aria-hidden="true">{index === 0 ? '= ' : '+ '}</span>
              {t(`gateways.${entry}`)}
            </dt>
            <dd>{count(book[entry], language)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** What is missing from the right side of the book; 0 when it balances. */
export function imbalance({ received, stored, duplicate, superseded, quarantined, pending }: GatewayStatus['book']): number {
  return received - stored - duplicate - superseded - quarantined - pending
}
