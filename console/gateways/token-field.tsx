import { Button } from '@mantine/core'
import { useState } from 'react'
import { useLanguage } from '../i18n/language.ts'

const STORED = 'adit-token'

export function readToken(): string {
  return sessionStorage.getItem(STORED) ?? ''
}

/** The operator's token, kept in this tab only. */
export function TokenField({ token, onToken }: { readonly token: string; readonly onToken: (token: string) => void }) {
  const { t } = useLanguage()
  const [typed, setTyped] = useState('')
  const keep = (value: string) => {
    if (value === '') sessionStorage.removeItem(STORED)
    else sessionStorage.setItem(STORED, value)
    onToken(value)
    setTyped('')
  }
  if (token !== '') {
    return (
      <p className="button-row">
        <span className="muted">{t('gateways.tokenKept')}</span>
        <Button size="xs" variant="default" onClick={() => keep('')}>
          {t('gateways.forgetToken')}
        </Button>
      </p>
    )
  }
  return (
    <form
      className="button-row"
      onSubmit={(event) => {
        event.preventDefault()
        keep(typed.trim())
      }}
    >
      <label className="muted small" htmlFor="token">
        {t('gateways.tokenNeeded')}
      </label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        className="plain-input"
        placeholder={t('gateways.token')}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={typed.trim() === ''}>
        {t('gateways.saveToken')}
      </Button>
    </form>
  )
}
