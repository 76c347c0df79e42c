import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { Redirect, useLocation, useSearch } from 'wouter'
import { ApiError, getJson } from '../api/get-json.ts'
import { Session } from '../api/session.ts'
import { useLanguage } from '../i18n/language.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import { SignInPage } from './sign-in-page.tsx'
import { pathAfterSignIn, SIGN_IN, signInPath } from './sign-in-path.ts'
import { WhoAsksContext } from './who-asks.ts'

/** Lets nobody in whom the service does not know: to the page where one signs in, and back to where one wanted to go. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const { t } = useLanguage()
  const [location] = useLocation()
  const search = useSearch()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => getJson('/api/v1/session', Session, signal),
    staleTime: 60_000,
  })

  // A session that has ended is told by whatever is asked next.
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        const { error, status } = query.state
        if (type !== 'updated' || status !== 'error' || query.queryKey[0] === 'session') return
        if (error instanceof ApiError && error.status === 401) void queries.invalidateQueries({ queryKey: ['session'] })
      }),
    [queries],
  )

  if (error && !data) return <ErrorNotice what={t('session.title')} error={error} onRetry={refetch} />
  if (!data) return <Skeletons rows={6} />
  const isSigningIn = location === SIGN_IN
  const { caller, hasPassword, singleSignOn } = data
  if (caller === null) {
    if (!isSigningIn) return <Redirect to={signInPath(location, search)} replace />
    return <SignInPage singleSignOn={singleSignOn} />
  }
  if (isSigningIn) return <Redirect to={pathAfterSignIn(search)} replace />
  return <WhoAsksContext value={{ caller, hasPassword }}>{children}</WhoAsksContext>
}
