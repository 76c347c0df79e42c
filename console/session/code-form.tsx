import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { Link, useSearch } from 'wouter'
import { z } from 'zod'
import { ApiError, postJson } from '../api/get-json.ts'
import { useLanguage } from '../i18n/language.ts'
import { FormField, typedInto } from './form-field.tsx'
import { pathAfterSignIn, signInPath } from './sign-in-path.ts'

interface Props {
  readonly label: string
  readonly onSignedIn: () => unknown
}

/** The second factor of whom the issuer vouched for. */
export function CodeForm({ label, onSignedIn }: Props) {
  const { t } = useLanguage()
  const id = useId()
  const again = signInPath(pathAfterSignIn(useSearch()), '')
  const show = useMutation({
    mutationFn: (typed: Record<string, string>) => postJson('/api/v1/session/oidc/code', typed, z.unknown()),
    onSuccess: onSignedIn,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    show.mutate(typedInto(event.currentTarget, ['code']))
  }
  return (
    <>
      <p className="muted">{t('session.codeIntro', { label })}</p>
      <form onSubmit={submit} aria-describedby={show.error ? `${id}-error` : undefined}>
        <FormField label={t('session.code')} name="code" autoComplete="one-time-code" required maxLength={40} />
        {show.error && (
          <p id={`${id}-error`} className="notice notice-bad" role="alert">
            {reasonOf(show.error, t)}
          </p>
        )}
        <Button type="submit" className="submit" loading={show.isPending}>
          {t('session.submit')}
        </Button>
      </form>
      <Link href={again}>{t('session.again')}</Link>
    </>
  )
}

function reasonOf(error: Error, t: ReturnType<typeof useLanguage>['t']): string {
  if (!(error instanceof ApiError)) return t('session.failed', { detail: error.message })
  if (error.code === 'sign-in-over') return t('session.codeOver')
  if (error.status === 401) return t('session.codeRefused')
  if (error.status === 429) return t('session.paused')
  return error.status === 0 ? t('error.network') : t('session.failed', { detail: error.detail })
}
