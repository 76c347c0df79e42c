/** What an area's remainder that follows a member which counts a part is: a matter of data (detectors/part-counted.ts). */
import type { InnocentExplanation } from '../model/alert.ts'
import { BEYOND_TAMPERING } from './multiplier.ts'
import { isExplained, type PartCounted } from './part-counted.ts'
import type { Case } from './subject.ts'
import { localTime } from './tamper-wording.ts'
import { reportsTampering } from './weigh-tampering.ts'

/** The member that explains the remainder; null when none does, or when a meter of the area reported that somebody was at it. */
export function explainingPart(it: Case): PartCounted | null {
  const { part } = it.standing
  if (part === null || !isExplained(part)) return null
  return part.ratio < BEYOND_TAMPERING && reportsTampering(it) ? null : part
}

export function partCounted(it: Case): InnocentExplanation | null {
  const part = explainingPart(it)
  if (part === null) return null
  const since = localTime(it.episode.onset, it.localOffset)
  return {
    kind: 'member-counts-part',
    likelihood: 0.9,
    sentence: {
      zh: `自${since.zh}起,${part.id} 全天各时段只计到原来的 1/${part.ratio},台区无表电量恰好多出其余部分:疑为倍率(CT/PT)、单位错误或缺相。查核:换表记录、综合倍率、接线。`,
      en: `Since ${since.en}, ${part.id} counts 1/${part.ratio} of before in every hour, and the power that no meter counts rose by just the rest: a wrong CT/PT ratio, unit or wiring. Check the exchange of the meter, its multiplier and its phases.`,
    },
  }
}
