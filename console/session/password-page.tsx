import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { z } from 'zod'
import { ApiError, postJson } from '../api/get-json.ts'
import { useLanguage } from '../i18n/language.ts'
import { FormField, typedInto } from './form-field.tsx'
import { useCaller, useHasPassword } from './who-asks.ts'

/** Whoever signed in by a password changes it. */
export function PasswordPage() {
  const { t } = useLanguage()
  const hasPassword = useHasPassword()
  useEffect(() => {
    document.title = `${t('password.title')} · ${t('title')}`
  }, [t])
  return (
    <main id="main" className="page sign-in">
      <h1>{t('password.title')}</h1>
      {hasPassword ? <PasswordForm /> : <p className="notice">{t('password.none')}</p>}
    </main>
  )
}

function PasswordForm() {
  const { t } = useLanguage()
  const id = useId()
  const { name } = useCaller()
  const form = useRef<HTMLFormElement>(null)
  const [differ, setDiffer] = useState(false)
  const change = useMutation({
    mutationFn: (typed: Record<string, string>) => postJson('/api/v1/session/password', typed, z.unknown()),
    onSuccess: () => form.current?.reset(),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { again, ...typed } = typedInto(event.currentTarget, ['password', 'newPassword', 'again', 'code'])
    const isSame = again === typed.newPassword
    setDiffer(!isSame)
    if (isSame) change.mutate(typed)
    else change.reset()
  }
  const wrong = differ ? t('password.differ') : change.error && reasonOf(change.error, t)
  return (
    <>
      <p className="muted">{t('password.intro')}</p>
      <form ref={form} onSubmit={submit} aria-describedby={wrong ? `${id}-error` : undefined}>
        {/* for password managers: whose it is */}
        <input type="hidden" name="username" autoComplete="username" value={name} readOnly />
        <FormField
          label={t('password.now')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          maxLength={200}
        />
        <FormField
          label={t('password.next')}
          hint={t('password.nextHint')}
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          maxLength={200}
        />
        <FormField
          label={t('password.again')}
          name="again"
          type="password"
          autoComplete="new-password"
          required
          maxLength={200}
        />
        <FormField
          label={t('password.code')}
          hint={t('password.codeHint')}
          name="code"
          autoComplete="one-time-code"
          maxLength={40}
        />
        {wrong && (
          <p id={`${id}-error`} className="notice notice-bad" role="alert">
            {wrong}
          </p>
        )}
        {change.isSuccess && !wrong && (
          <p className="notice notice-good" role="status">
            {t('password.done')}
          </p>
        )}
        <Button type="submit" className="submit" loading={change.isPending}>
          {t('password.submit')}
        </Button>
      </form>
    </>
  )
}

const UNFIT = ['password-length', 'password-name', 'password-common', 'password-same'] as const

function reasonOf(error: Error, t: ReturnType<typeof useLanguage>['t']): string {
  if (!(error instanceof ApiError)) return t('session.failed', { detail: error.message })
  const unfit = UNFIT.find((code) => code === error.code)
  if (unfit) return t(`password.bad.${unfit}`)
  if (error.code === 'wrong-password') return t('password.refused')
  if (error.status === 429) return t('session.paused')
  return error.status === 0 ? t('error.network') : error.detail
}
