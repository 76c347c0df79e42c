import { useState } from 'react'
import { useRefusedPayload } from '../api/queries.ts'
import { count } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'

const SHOWN = 4_000

/** The payload as it came, fetched when asked for; text when it is text, base64 when not; a cut is told. */
export function RawPayload({ id }: { readonly id: number }) {
  const { t, language } = useLanguage()
  const [wanted, setWanted] = useState(false)
  const { data, error } = useRefusedPayload(id, wanted)
  const text = data ? (data.text ?? data.base64) : undefined
  return (
    <details className="raw" onToggle={({ currentTarget }) => currentTarget.open && setWanted(true)}>
      <summary>{t('gateways.raw')}</summary>
      {error && <p role="alert">{error.message}</p>}
      {text !== undefined && (
        <>
          <pre>{text.slice(0, SHOWN).replaceAll('␊', '␊\n')}</pre>
          {text.length > SHOWN && (
            <p className="muted small">
              {t('gateways.rawCut', { shown: count(SHOWN, language), total: count(text.length, language) })}
            </p>
          )}
        </>
      )}
    </details>
  )
}
