import type { Alert } from '../../model/alert.ts'
import { type AlertLevel, alertLevel } from '../../model/alert-level.ts'
import { useLanguage } from '../i18n/language.ts'

const SHAPES: Readonly<Record<AlertLevel, string>> = { red: '▲', orange: '◆', yellow: '●' }

/** Shape, word and colour: any one of them is enough. */
export function LevelPill({ alert }: { readonly alert: Alert }) {
  const { t } = useLanguage()
  const level = alertLevel(alert)
  return (
    <span className={`pill pill-${level}`}>
      <span aria-hidden="true">{SHAPES[level]}</span> {t(`level.${level}`)}
    </span>
  )
}
