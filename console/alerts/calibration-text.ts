import type { useLanguage } from '../i18n/language.ts'

/** What a stated chance rests on, by the version of its calibration. */
export function calibrationText(version: string | null, t: ReturnType<typeof useLanguage>['t']): string {
  if (version === null) return t('alert.uncalibrated')
  const findings = /^findings-(\d{4}-\d\d-\d\d)-(\d+)-/.exec(version)
  if (findings) return t('alert.calibratedFindings', { day: findings[1], count: Number(findings[2]) })
  return t(version.startsWith('simulated-') ? 'alert.calibratedSimulated' : 'alert.calibratedOther', { version })
}
