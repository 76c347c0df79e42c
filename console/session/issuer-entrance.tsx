import { Button } from '@mantine/core'
import { useSearch } from 'wouter'
import type { Session } from '../api/session.ts'
import { useLanguage } from '../i18n/language.ts'
import { pathAfterSignIn } from './sign-in-path.ts'

type Props = NonNullable<Session['singleSignOn']> & {
  /** That it is away stands on the page already. */
  readonly isTold: boolean
}

/** The way to the issuer that vouches for people. It is open while the issuer is away, too: it may be back by now. */
export function IssuerEntrance({ label, url, reachable, isTold }: Props) {
  const { t } = useLanguage()
  const to = pathAfterSignIn(useSearch())
  return (
    <div className="issuer">
      {!reachable && !isTold && <p className="notice notice-warn">{t('session.issuerAway', { label })}</p>}
      <Button
        component="a"
        href={`${url}?to=${encodeURIComponent(to)}`}
        fullWidth
        {...(reachable ? { className: 'submit' } : { variant: 'default' })}
      >
        {t('session.withIssuer', { label })}
      </Button>
      <p className="muted or">{t('session.orPassword')}</p>
    </div>
  )
}
