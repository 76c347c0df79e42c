import type { Alert } from '../../model/alert.ts'
import type { useLanguage } from '../i18n/language.ts'
import { maskId } from './mask-id.ts'
import type { SubjectPlace } from './use-subject-place.ts'

/** Where an alert is, in one line: the area by its name or else its number, and the account, masked unless `whole`. */
export function placeTitle(
  { subject }: Alert,
  place: SubjectPlace,
  t: ReturnType<typeof useLanguage>['t'],
  whole = false,
): string {
  const area = place.areaName ?? (place.area === undefined ? undefined : t('list.area', { id: place.area }))
  const account = subject.kind === 'area' ? undefined : whole ? subject.id : maskId(subject.id)
  return [area, account].filter((part) => part !== undefined).join(' · ')
}
