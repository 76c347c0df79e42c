import type { Alert } from '../../model/alert.ts'
import type { RealLoad } from './real-loads.ts'

export const LOAD_DETECTORS: ReadonlySet<string> = new Set(['flat-load', 'night-surge'])

export interface LoadVerdict {
  readonly load: RealLoad
  readonly months: number
  /** Alerts of kind flat load or night surge that have no spliced work to be about. */
  readonly wrong: readonly Alert[]
  readonly otherWrong: readonly Alert[]
  /** Days from the splice to the first alert after it. */
  readonly delay: number | undefined
}

export function judgeReal(loads: readonly RealLoad[], alerts: readonly Alert[]): LoadVerdict[] {
  return loads.map((load) => {
    const mine = alerts.filter(({ subject }) => subject.id === load.usagePoint || subject.id === `A-${load.usagePoint}`)
    const right = mine.filter(({ raisedAt }) => load.variant !== 'unchanged' && Date.parse(raisedAt) / 1000 > load.onset)
    const wrong = mine.filter((alert) => !right.includes(alert))
    const first = Math.min(...right.map(({ raisedAt }) => Date.parse(raisedAt) / 1000))
    const isLoad = ({ reasons }: Alert): boolean => reasons.some(({ detector }) => LOAD_DETECTORS.has(detector))
    return {
      load,
      months: (load.energyWh.length * 900) / 86_400 / 30.44,
      wrong: wrong.filter(isLoad),
      otherWrong: wrong.filter((alert) => !isLoad(alert)),
      delay: right.length > 0 ? (first - load.onset) / 86_400 : undefined,
    }
  })
}
