import { ALERT_LEVELS } from '../../model/alert-level.ts'
import { MINE_KINDS, SEALINGS } from '../../model/mine.ts'
import { useLanguage } from '../i18n/language.ts'
import { SymbolIcon } from './symbol-icon.tsx'

export function MapLegend() {
  const { t } = useLanguage()
  return (
    <p className="legend small muted">
      {ALERT_LEVELS.map((level) => (
        <span key={level}>
          <SymbolIcon name={`alert-${level}`} /> {t(`level.${level}`)}
        </span>
      ))}
      {MINE_KINDS.map((kind) => (
        <span key={kind}>
          <SymbolIcon name={`mine-${kind}-unsealed`} /> {t(`kind.${kind}`)}
        </span>
      ))}
      {SEALINGS.filter((sealing) => sealing !== 'unsealed' && sealing !== 'unknown').map((sealing) => (
        <span key={sealing}>
          <SymbolIcon name={`mine-policy-closed-${sealing}`} /> {t(`sealing.${sealing}`)}
        </span>
      ))}
    </p>
  )
}
