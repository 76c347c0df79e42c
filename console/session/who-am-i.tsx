import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { deleteAt } from '../api/get-json.ts'
import { useLanguage } from '../i18n/language.ts'
import { PASSWORD } from './password-path.ts'
import { useCaller, useHasPassword } from './who-asks.ts'

/** Who signed in, as what and for which counties, and the way out; nothing for who did not sign in. */
export function WhoAmI() {
  const { t } = useLanguage()
  const { kind, name, role, counties } = useCaller()
  const hasPassword = useHasPassword()
  const queries = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => deleteAt('/api/v1/session'),
    // What was read by who is out now is not shown to who comes next.
    onSuccess: () => location.assign('/'),
    onError: () => queries.invalidateQueries({ queryKey: ['session'] }),
  })
  if (kind !== 'user' || role === null) return null
  const facts = { name, role: t(`role.${role}`), counties: counties?.join(' ') }
  const who = t(counties === null ? 'session.asWhom' : 'session.bound', facts)
  return (
    <>
      <span className="who only-wide" data-testid="who">
        {who}
      </span>
      {hasPassword && (
        <Button component={Link} href={PASSWORD} variant="default" size="xs" title={t('password.title')}>
          {t('password.short')}
        </Button>
      )}
      <Button variant="default" size="xs" loading={signOut.isPending} onClick={() => signOut.mutate()} title={who}>
        {t('session.signOut')}
      </Button>
    </>
  )
}
