/**
 * The work list: which open alerts an inspection team would be sent to first. A rank is an alert's place among those open
 * at the end of the day on which it was raised; beyond the week's budget there is none.
 */
import type { Alert } from '../model/alert.ts'

const WEEK_MS = 7 * 86_400_000

/** The same alerts with their ranks. `shiftSeconds`: local standard time minus UTC. */
export function rankAlerts(alerts: readonly Alert[], weeklyBudget: number, shiftSeconds: number): Alert[] {
  const timed = alerts.map((alert) => ({
    alert,
    raised: Date.parse(alert.raisedAt),
    cleared: alert.clearedAt === null ? Number.POSITIVE_INFINITY : Date.parse(alert.clearedAt),
    chance: alert.history[0]?.probability ?? alert.probability,
  }))
  return timed.map(({ alert, raised, chance }) => {
    const dayEnd = endOfDay(raised, shiftSeconds)
    let rank = 1
    for (const other of timed) {
      if (other.alert === alert || other.raised > dayEnd || other.raised <= dayEnd - WEEK_MS || other.cleared <= other.raised)
        continue
      if (other.chance > chance || (other.chance === chance && earlier(other.alert, alert))) rank++
    }
    return { ...alert, rank: rank <= weeklyBudget ? rank : null }
  })
}

function earlier(a: Alert, b: Alert): boolean {
  return a.raisedAt === b.raisedAt ? a.id < b.id : a.raisedAt < b.raisedAt
}

function endOfDay(ms: number, shiftSeconds: number): number {
  const day = 86_400_000
  return (Math.floor((ms + shiftSeconds * 1000) / day) + 1) * day - shiftSeconds * 1000
}
