import type { Alert } from '../../model/alert.ts'
import { distance, energy, kilowatts, moment } from '../i18n/format.ts'
import type { Language, useLanguage } from '../i18n/language.ts'
import type { MineBook } from './alert-filter.ts'
import { duration } from './duration.ts'

type Translate = ReturnType<typeof useLanguage>['t']

/**
 * The alert in one paragraph: when, how much, what the detectors saw (in order of score), how near a mine is, and what
 * would explain it innocently. From the same numbers as the tables below it; what is not known is left out.
 */
export function alertSentence(
  alert: Alert,
  mines: MineBook,
  now: number,
  zone: string,
  language: Language,
  t: Translate,
): string[] {
  const until = alert.clearedAt === null ? now : Date.parse(alert.clearedAt)
  const lasted = duration(until - Date.parse(alert.onset), t)
  const opening = t(alert.clearedAt === null ? 'say.start' : 'say.startCleared', {
    onset: moment(alert.onset, zone),
    cleared: alert.clearedAt === null ? '' : moment(alert.clearedAt, zone),
    duration: lasted,
  })
  const load = t('say.power', { power: kilowatts(alert.powerW, language), energy: energy(alert.energyWh, language) })
  const reasons = alert.reasons
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ sentence }) => closed(sentence[language], language))
  // The judge's own sentence on reach says the same and more.
  const near = alert.reasons.some(({ detector, score }) => detector === 'reach' && score > 0)
    ? []
    : [nearMine(alert, mines, language, t)]
  return [opening + load, ...reasons, ...near, innocent(alert, language, t)]
}

function nearMine({ mines: near }: Alert, mines: MineBook, language: Language, t: Translate): string {
  const chosen = near.find(({ withinReach }) => withinReach) ?? near[0]
  if (!chosen) return t('say.noMine')
  const mine = mines.get(chosen.mine)
  return t(chosen.withinReach ? 'say.mineReach' : 'say.mineFar', {
    mine: mine?.name ?? chosen.mine,
    kind: mine ? t(`kind.${mine.kind}`) : chosen.mine,
    distance: distance(chosen.distanceMeters, language),
  })
}

function innocent(alert: Alert, language: Language, t: Translate): string {
  if (!alert.innocent) return t('say.noInnocent')
  const { likelihood, sentence } = alert.innocent
  return t('say.innocent', {
    likelihood: t(`likelihood.${likelihoodWord(likelihood)}`),
    sentence: closed(sentence[language], language),
  })
}

export function likelihoodWord(likelihood: number): 'high' | 'middle' | 'low' {
  return likelihood >= 0.5 ? 'high' : likelihood >= 0.2 ? 'middle' : 'low'
}

export function chanceWord(probability: number): 'veryLikely' | 'likely' | 'probable' | 'possible' | 'weak' {
  if (probability >= 0.9) return 'veryLikely'
  if (probability >= 0.7) return 'likely'
  if (probability >= 0.5) return 'probable'
  return probability >= 0.3 ? 'possible' : 'weak'
}

/** Ends a clause so that the next can follow. */
function closed(text: string, language: Language): string {
  const bare = text.trim().replace(/[。.;;,,]+$/u, '')
  return language === 'zh' ? `${bare}。` : `${bare}. `
}

/** A chance in whole percent: none is 0 or 100. */
export function chancePercent(chance: number): number {
  return Math.min(99, Math.max(1, Math.round(chance * 100)))
}
