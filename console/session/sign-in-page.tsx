import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId } from 'react'
import { z } from 'zod'
import { ApiError, postJson } from '../api/get-json.ts'
import { readToken } from '../api/token.ts'
import { useLanguage } from '../i18n/language.ts'
import { AppearanceButtons } from '../shell/appearance-buttons.tsx'
import { TokenField } from '../shell/token-field.tsx'

/** Name, password and code in one form: no step tells which of them was right. */
export function SignInPage() {
  const { t } = useLanguage()
  const queries = useQueryClient()
  const id = useId()
  const askAgain = () => {
    // what was read by who was here before is not shown to who comes next
    queries.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'session' })
    return queries.invalidateQueries({ queryKey: ['session'] })
  }
  const signIn = useMutation({
    mutationFn: (typed: Record<string, string>) => postJson('/api/v1/session', typed, z.unknown()),
    onSuccess: askAgain,
  })
  useEffect(() => {
    document.title = `${t('session.title')} · ${t('title')}`
  }, [t])

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget)
    signIn.mutate(Object.fromEntries(['name', 'password', 'code'].map((field) => [field, String(typed.get(field) ?? '')])))
  }

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
        <p className="muted">{t('session.intro')}</p>
        <form onSubmit={submit} aria-describedby={signIn.error ? `${id}-error` : undefined}>
          <label htmlFor={`${id}-name`}>{t('session.name')}</label>
          <input
            id={`${id}-name`}
            name="name"
            className="plain-input"
            autoComplete="username"
            autoCapitalize="none"
            required
            maxLength={100}
          />
          <label htmlFor={`${id}-password`}>{t('session.password')}</label>
          <input
            id={`${id}-password`}
            name="password"
            type="password"
            className="plain-input"
            autoComplete="current-password"
            required
            maxLength={200}
          />
          <label htmlFor={`${id}-code`}>{t('session.code')}</label>
          <input
            id={`${id}-code`}
            name="code"
            className="plain-input"
            autoComplete="one-time-code"
            maxLength={40}
            aria-describedby={`${id}-hint`}
          />
          <p id={`${id}-hint`} className="muted small">
            {t('session.codeHint')}
          </p>
          {signIn.error && (
            <p id={`${id}-error`} className="notice notice-bad" role="alert">
              {reasonOf(signIn.error, t)}
            </p>
          )}
          <Button type="submit" className="submit" loading={signIn.isPending}>
            {t('session.submit')}
          </Button>
        </form>
        {readToken() !== '' && <p className="muted">{t('session.tokenWrong')}</p>}
        <TokenField token={readToken()} purpose={t('session.token')} onToken={askAgain} />
      </main>
    </>
  )
}

function reasonOf(error: Error, t: ReturnType<typeof useLanguage>['t']): string {
  if (!(error instanceof ApiError)) return t('session.failed', { detail: error.message })
  if (error.status === 401) return t('session.refused')
  if (error.status === 429) return t('session.paused')
  return error.status === 0 ? t('error.network') : t('session.failed', { detail: error.detail })
}
