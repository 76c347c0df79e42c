/** What is told of a stray meter (detectors/stray-meters.ts), so that the books are set right. */
import type { Ledger } from '../model/ledger.ts'
import type { TopologyDoubt } from '../model/topology-doubt.ts'
import { type FeedingArea, recentMeanW } from './feeding-area.ts'
import { ratiosNear } from './multiplier.ts'
import { isOnWrongArea, type StrayMeter } from './stray-meters.ts'
import { wrongAreaSentence, wrongMultiplierSentence } from './topology-wording.ts'

/** A measured ratio may be so many times the one it is: the loss of the line is in it, and its error grows with it. */
const SLACK = 1.2
const SMALL = 2.5
const SMALL_SLACK = 1.12

/** `feeding`: who probably feeds it, of no matter for a wrong multiplier. */
export function topologyDoubt(
  { usagePoints, areas }: Ledger,
  stray: StrayMeter,
  feeding: FeedingArea | null,
  meter: string | null,
): TopologyDoubt {
  const { row, area, since, slope, error } = stray
  const bookedArea = areas.id[area]
  const meanW = recentMeanW(stray)
  const common = {
    usagePoint: usagePoints.id[row],
    meter,
    bookedArea,
    since: dateOf(since),
    slope: rounded(slope, 1_000),
    slopeError: rounded(error, 10_000),
    meanW: Math.round(meanW),
  }
  if (isOnWrongArea(stray)) {
    const probableArea = feeding === null ? null : areas.id[feeding.area]
    const sentence = wrongAreaSentence({ bookedArea, probableArea, meanW })
    return { ...common, kind: 'wrong-area', probableArea, multiplier: null, sentence }
  }
  const times = 1 / (1 + slope)
  const multiplier = ratiosNear(times, times > SMALL ? SLACK : SMALL_SLACK)[0] ?? null
  const sentence = wrongMultiplierSentence({ bookedArea, times, multiplier })
  return { ...common, kind: 'wrong-multiplier', probableArea: null, multiplier, sentence }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

/** Local date at the noon on which a day of judgement begins (detectors/day-clock.ts). */
function dateOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
