import { Button } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '../api/get-json.ts'
import { clock } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { TokenField } from './token-field.tsx'
import { useZone } from './use-clock.ts'

/** What failed, since when, what it means and what to do; the rest of the page goes on. */
export function ErrorNotice({
  what,
  error,
  onRetry,
}: {
  readonly what: string
  readonly error: Error
  readonly onRetry: () => void
}) {
  const { t } = useLanguage()
  const zone = useZone()
  const [since] = useState(() => Date.now())
  const [copied, setCopied] = useState(false)
  const diagnosis = `${new Date(since).toISOString()} ${location.pathname} ${error.message} ${navigator.userAgent}`

  return (
    <div className="notice notice-bad" role="alert">
      <p>
        <strong>✗ {t('error.title', { what })}</strong> {reasonOf(error, t)}
      </p>
      <p className="muted small">{t('error.effect', { at: clock(since, zone) })}</p>
      {error instanceof ApiError && (error.status === 401 || error.status === 403) && (
        <TokenField token="" purpose={t('error.token')} onToken={onRetry} />
      )}
      <p className="button-row">
        <Button size="xs" variant="default" onClick={onRetry}>
          {t('error.retry')}
        </Button>
        <Button size="xs" variant="default" onClick={() => navigator.clipboard?.writeText(diagnosis).then(() => setCopied(true))}>
          {t(copied ? 'error.copied' : 'error.copy')}
        </Button>
      </p>
    </div>
  )
}

function reasonOf(error: Error, t: ReturnType<typeof useLanguage>['t']): string {
  if (!(error instanceof ApiError)) return t('error.server', { detail: error.message })
  if (error.status === 0) return t('error.network')
  if (error.status === 401 || error.status === 403) return t('error.denied')
  if (error.status === 404) return t('error.missing')
  return t('error.server', { detail: error.detail })
}
