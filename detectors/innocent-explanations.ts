/**
 * The best innocent explanation of a load: a declared use, a meter booked on the wrong area, or the look-alike that it fits
 * best (detectors/look-alikes.ts). What was not measured fits less well than what was measured and agrees.
 */
import type { InnocentExplanation } from '../model/alert.ts'
import { partCounted } from './explaining-part.ts'
import { innocentTampering } from './innocent-tampering.ts'
import { LOOK_ALIKES, type LookAlike } from './look-alikes.ts'
import { multiplierOf } from './multiplier.ts'
import type { Case } from './subject.ts'
import { isOfTheMeter } from './weigh-tampering.ts'

export function bestInnocentExplanation(it: Case): InnocentExplanation | null {
  if (isOfTheMeter(it.episode.detector)) return innocentTampering(it)
  const lawful = lawfulUse(it)
  if (lawful !== null) return lawful
  if (it.misbooked !== null) return misbooking(it.misbooked)
  const part = partCounted(it)
  if (part !== null) return part
  const ratio = multiplierOf(it.standing.factor, it.subject.contractKw)
  if (ratio !== null) return multiplied(ratio)
  let best: InnocentExplanation | null = null
  for (const candidate of LOOK_ALIKES) {
    const likelihood = likelihoodOf(candidate, it)
    if (likelihood > 0.02 && (best === null || likelihood > best.likelihood)) {
      best = { kind: candidate.kind, likelihood: Math.round(likelihood * 100) / 100, sentence: candidate.sentence }
    }
  }
  const loss = lineLoss(it)
  return loss !== null && (best === null || loss.likelihood > best.likelihood) ? loss : best
}

/** A remainder that rose by a few per cent of what the supply rose by is what a line loses under more load. */
function lineLoss({ subject, standing }: Case): InnocentExplanation | null {
  if (subject.kind !== 'area' || standing.lossRatio === null) return null
  const step = LOSS_LIKELIHOOD.find(([below]) => standing.lossRatio !== null && standing.lossRatio < below)
  if (step === undefined) return null
  const share = `${Math.round(100 * standing.lossRatio)} %`
  return {
    kind: 'line-loss',
    likelihood: step[1],
    sentence: {
      zh: `台区供电量同时上升,多出的无表电量只占升高部分的 ${share}:可能是负荷加重后的线损。查核:各相电流、线径、末端电压。`,
      en: `The area's supply rose too, and what no meter counts is ${share} of the rise: perhaps the loss of a heavier load. Check phase currents, the line's section and the voltage at its end.`,
    },
  }
}

/** Likelihood for a loss ratio below each bound: rural lines lose 2–8 %, up to twice that at their peak. */
const LOSS_LIKELIHOOD: readonly (readonly [number, number])[] = [
  [0.1, 0.9],
  [0.16, 0.7],
  [0.25, 0.4],
]

function likelihoodOf(candidate: LookAlike, it: Case): number {
  const { standing, subject, episode, month } = it
  if (!candidate.detectors.includes(episode.detector)) return 0
  const category = subject.kind === 'area' ? 0.15 : candidate.categories.includes(subject.category ?? 'residential') ? 1 : 0.1
  const season = candidate.months.includes(month) ? 1 : 0.1
  const kilowatts = standing.powerW / 1000
  const size = within(kilowatts, candidate.kilowatts, 0.3)
  const factor = standing.tangent === null ? 0.7 : within(standing.tangent, candidate.tangent, 0.25)
  const kin = it.kinInArea + Math.min(2, it.kinInCounty / 4)
  const company = 1 - Math.exp(-kin / 1.5)
  const prior = candidate.common + (0.95 - candidate.common) * candidate.company * company * 2
  return Math.min(0.95, prior * category * season * size * factor * (candidate.fits?.(it) ?? 1))
}

/** 1 inside the range, falling to 0.1 outside by `slack` of its bounds. */
function within(value: number, [low, high]: readonly [number, number], slack: number): number {
  if (value >= low && value <= high) return 1
  const away = value < low ? (low - value) / Math.max(low, 0.3) : (value - high) / high
  return Math.max(0.1, 1 - away / slack)
}

function lawfulUse({ subject, standing, episode }: Case): InnocentExplanation | null {
  for (const use of subject.lawfulUses) {
    if (episode.onset < use.from - 3 * 86_400 || episode.onset >= use.to) continue
    const within = use.maxKw === null || standing.powerW / 1000 <= 1.15 * use.maxKw
    if (!within) continue
    return {
      kind: 'lawful-use',
      likelihood: 0.95,
      sentence: {
        zh: `合理用电台账已登记:${use.use}${use.permit === null ? '' : `(${use.permit})`}。`,
        en: `On record as a lawful use: ${use.use}${use.permit === null ? '' : ` (${use.permit})`}.`,
      },
    }
  }
  return null
}

function multiplied(ratio: number): InnocentExplanation {
  return {
    kind: 'wrong-multiplier',
    likelihood: 0.9,
    sentence: {
      zh: `全天各时段同时变为平时的 ${ratio} 倍:疑为倍率(CT/PT)或单位错误。查核:换表记录、综合倍率。`,
      en: `Every hour of the day became ${ratio} times the usual: a wrong CT/PT ratio or unit. Check the exchange of the meter and its multiplier.`,
    },
  }
}

function misbooking(id: string): InnocentExplanation {
  return {
    kind: 'meter-on-wrong-area',
    likelihood: 0.9,
    sentence: {
      zh: `户变关系存疑:${id} 同时增加同样的功率,可能实际接在本台区。`,
      en: `Doubtful topology: ${id} rose by the same power at the same time and may hang on this area.`,
    },
  }
}
