import type { Refused } from '../api/gateway.ts'
import { fullMoment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useZone } from '../shell/use-clock.ts'

/** Why something was refused and what to do about it, in two lines. */
export function RefusalLine({ refusal }: { readonly refusal: Refused }) {
  const { t } = useLanguage()
  const zone = useZone()
  return (
    <li className="refusal">
      <span className="muted small">{fullMoment(refusal.receivedAt, zone)}</span> <code>{refusal.code}</code> {refusal.reason}
      {refusal.field !== '' && (
        <span className="muted"> ({t('gateways.field', { field: refusal.field, value: refusal.value })})</span>
      )}
      <br />
      <b>{t('gateways.remedy')}:</b> {refusal.remedy}
    </li>
  )
}
