import type { Alert, Sentence } from '../../model/alert.ts'

/** The alert as it stands when it is taken back at `at`, an event time, ISO 8601. */
export function withdrawn(alert: Alert, at: string, cause: Sentence): Alert {
  const revision = alert.revision + 1
  const { probability } = alert
  const entry = { revision, at, change: 'withdrawn' as const, probability, cause }
  return { ...alert, clearedAt: at, revision, history: [...alert.history, entry] }
}

export const READ_ANEW = {
  zh: '重启后按全部读数重新研判,不再成立。',
  en: 'Judged again from all readings after a restart, it does not stand.',
}

export const JUDGED_ANEW = {
  zh: '检测参数变更后重新研判,不再达到报警线。',
  en: 'Judged again with other detector settings, it no longer reaches the line for an alert.',
}
