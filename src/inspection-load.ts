/** How much driving a set of alerts means: alerts with a place on the work list, by calendar week of the territory. */
import { type DayClock, dayOf } from '../detectors/day-clock.ts'
import { listedOf } from '../detectors/work-list.ts'
import type { Alert } from '../model/alert.ts'

export interface InspectionLoad {
  readonly weeks: number
  readonly medianListed: number
  readonly mostListed: number
}

/** Of alerts raised, or opened again, in [from, to], UTC seconds. Weeks begin on Monday; those without an alert count too. */
export function inspectionLoad(alerts: readonly Alert[], clock: DayClock, from: number, to: number): InspectionLoad {
  const first = weekOf(clock, from)
  const listed = new Array<number>(weekOf(clock, to - 1) - first + 1).fill(0)
  for (const alert of alerts) {
    if (alert.rank === null) continue
    const { raisedAt } = listedOf(alert)
    // an interval that ends with the period raises its alert at the period's very end
    listed[Math.min(weekOf(clock, raisedAt / 1000) - first, listed.length - 1)]++
  }
  listed.sort((a, b) => a - b)
  const middle = listed.length >> 1
  return {
    weeks: listed.length,
    medianListed: listed.length % 2 === 1 ? listed[middle] : (listed[middle - 1] + listed[middle]) / 2,
    mostListed: listed[listed.length - 1],
  }
}

/** Weeks since the Monday before 1970; days of judgement begin at noon, days of the calendar twelve hours earlier. */
function weekOf(clock: DayClock, utcSeconds: number): number {
  return Math.floor((dayOf(clock, utcSeconds + 43_200) + 3) / 7)
}
