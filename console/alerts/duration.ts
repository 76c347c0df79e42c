import type { useLanguage } from '../i18n/language.ts'

type Translate = ReturnType<typeof useLanguage>['t']

/** Milliseconds in the one unit that people would say: 40 min, 7 h, 11 d. */
export function duration(ms: number, t: Translate): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 120) return t('duration.minutes', { count: minutes })
  if (minutes < 48 * 60) return t('duration.hours', { count: Math.round(minutes / 60) })
  return t('duration.days', { count: Math.round(minutes / 1440) })
}
