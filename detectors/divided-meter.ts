/** A meter that counts a tenth in every hour: the multiplier of an exchange, whatever was reported (detectors/multiplier.ts). */
import type { InnocentExplanation } from '../model/alert.ts'
import { BEYOND_TAMPERING, plausibleRatio } from './multiplier.ts'
import type { Case } from './subject.ts'

/** By what a metered drop divided every hour; null when it did not, or by no more than tampering does. */
export function divisorOf({ episode, standing }: Case): number | null {
  if (episode.detector !== 'metered-drop' || standing.factor === null) return null
  const ratio = 1 / standing.factor
  return ratio >= BEYOND_TAMPERING ? plausibleRatio(ratio) : null
}

export function divided(divisor: number): InnocentExplanation {
  return {
    kind: 'wrong-multiplier',
    likelihood: 0.9,
    sentence: {
      zh: `全天各时段同时降为平时的 1/${divisor}:疑为倍率(CT/PT)或单位错误。查核:换表记录、综合倍率。`,
      en: `Every hour of the day became 1/${divisor} of the usual: a wrong CT/PT ratio or unit. Check the exchange of the meter and its multiplier.`,
    },
  }
}
