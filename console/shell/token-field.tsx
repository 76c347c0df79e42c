import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import { keepToken } from '../api/token.ts'
import { useLanguage } from '../i18n/language.ts'

interface Props {
  readonly token: string
  /** What it is needed for. */
  readonly purpose: string
  readonly onToken: (token: string) => void
}

/** The operator's token, kept in this tab only. */
export function TokenField({ token, purpose, onToken }: Props) {
  const { t } = useLanguage()
  const id = useId()
  const [typed, setTyped] = useState('')
  const keep = (value: string) => {
    keepToken(value)
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
      <label className="muted small" htmlFor={id}>
        {purpose}
      </label>
      <input
        id={id}
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
