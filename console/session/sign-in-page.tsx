import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId } from 'react'
import { useSearch } from 'wouter'
import { z } from 'zod'
import { SIGN_ON_REFUSALS } from '../../model/session.ts'
import { ApiError, postJson } from '../api/get-json.ts'
import type { Session } from '../api/session.ts'
import { readToken } from '../api/token.ts'
import { useLanguage } from '../i18n/language.ts'
import { AppearanceButtons } from '../shell/appearance-buttons.tsx'
import { TokenField } from '../shell/token-field.tsx'
import { CodeForm } from './code-form.tsx'
import { FormField, typedInto } from './form-field.tsx'
import { IssuerEntrance } from './issuer-entrance.tsx'

interface Props {
  readonly singleSignOn: Session['singleSignOn']
}

export function SignInPage({ singleSignOn }: Props) {
  const { t } = useLanguage()
  const query = new URLSearchParams(useSearch())
  const queries = useQueryClient()
  const askAgain = () => {
    // what was read by who was here before is not shown to who comes next
    queries.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'session' })
    return queries.invalidateQueries({ queryKey: ['session'] })
  }
  useEffect(() => {
    document.title = `${t('session.title')} · ${t('title')}`
  }, [t])
  const label = singleSignOn?.label ?? t('session.issuer')
  const refused = SIGN_ON_REFUSALS.find((why) => why === query.get('refused'))

  return (
    <>
      <header className="top">
        <span className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>{t('product')}</span>
        </span>
        <span className="spring" />
        <div className="top-tools">
          <AppearanceButtons />
        </div>
      </header>
      <main id="main" className="page sign-in">
        <h1>{t('session.title')}</h1>
        {query.get('step') === 'code' ? (
          <CodeForm label={label} onSignedIn={askAgain} />
        ) : (
          <>
            <p className="muted">{t('session.intro')}</p>
            {refused && (
              <p className="notice notice-bad" role="alert">
                {t(`session.no.${refused}`, { label })}
              </p>
            )}
            {singleSignOn && <IssuerEntrance {...singleSignOn} isTold={refused === 'unreachable'} />}
            <PasswordForm onSignedIn={askAgain} />
            {readToken() !== '' && <p className="muted">{t('session.tokenWrong')}</p>}
            <TokenField token={readToken()} purpose={t('session.token')} onToken={askAgain} />
          </>
        )}
      </main>
    </>
  )
}

/** Name, password and code in one form: no step tells which of them was right. */
function PasswordForm({ onSignedIn }: { readonly onSignedIn: () => unknown }) {
  const { t } = useLanguage()
  const id = useId()
  const signIn = useMutation({
    mutationFn: (typed: Record<string, string>) => postJson('/api/v1/session', typed, z.unknown()),
    onSuccess: onSignedIn,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    signIn.mutate(typedInto(event.currentTarget, ['name', 'password', 'code']))
  }
  return (
    <form onSubmit={submit} aria-describedby={signIn.error ? `${id}-error` : undefined}>
      <FormField label={t('session.name')} name="name" autoComplete="username" autoCapitalize="none" required maxLength={100} />
      <FormField
        label={t('session.password')}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={200}
      />
      <FormField label={t('session.code')} hint={t('session.codeHint')} name="code" autoComplete="one-time-code" maxLength={40} />
      {signIn.error && (
        <p id={`${id}-error`} className="notice notice-bad" role="alert">
          {reasonOf(signIn.error, t)}
        </p>
      )}
      <Button type="submit" className="submit" loading={signIn.isPending}>
        {t('session.submit')}
      </Button>
    </form>
  )
}

function reasonOf(error: Error, t: ReturnType<typeof useLanguage>['t']): string {
  if (!(error instanceof ApiError)) return t('session.failed', { detail: error.message })
  if (error.status === 401) return t('session.refused')
  if (error.status === 429) return t('session.paused')
  return error.status === 0 ? t('error.network') : t('session.failed', { detail: error.detail })
}
