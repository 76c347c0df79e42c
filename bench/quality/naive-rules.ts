/** What an office does without us: five rules over daily sums, each within three kilometres of a mine. */
import type { DayTable } from './day-table.ts'
import type { ScoredAlert } from './truth.ts'

export type Baseline = (table: DayTable) => ScoredAlert[]

const NEAR_METERS = 3000
/** An alert stands until the rule has been silent for a week. */
const REST_DAYS = 7

/** A day's energy over three times the median of the days before. */
export const tripleKwh: Baseline = (table) =>
  watch(table, ({ kwh }, day) => {
    const usual = medianBefore(kwh, day, 28)
    return kwh[day] > 20 && kwh[day] > 3 * usual ? kwh[day] / (kwh[day] + 6 * usual + 20) : 0
  })

/** More by night than twice by day. */
export const nightDayRatio: Baseline = (table) =>
  watch(table, ({ nightKwh, dayKwh }, day) => {
    const ratio = nightKwh[day] / Math.max(0.1, dayKwh[day])
    return nightKwh[day] > 10 && ratio > 2 ? ratio / (ratio + 4) : 0
  })

/** The night's energy far above its own median, in robust standard deviations. */
export const nightZ: Baseline = (table) =>
  watch(table, ({ nightKwh }, day) => {
    const usual = medianBefore(nightKwh, day, 28)
    const spread =
      1.4826 *
      medianBefore(
        nightKwh.map((value) => Math.abs(value - usual)),
        day,
        28,
      )
    const z = (nightKwh[day] - usual) / Math.max(spread, 0.5)
    return nightKwh[day] > 10 && z > 6 ? z / (z + 12) : 0
  })

/** A suspended or closed account that draws. */
export const deadAccount: Baseline = (table) => watch(table, ({ dead, kwh }, day) => (dead && kwh[day] > 0.5 ? 0.9 : 0), 1)

/** An area that loses more than seven per cent. */
export const areaLoss: Baseline = ({ losses, days, dayEnd }) =>
  losses.flatMap(({ id, mineMeters, share }) => {
    if (mineMeters > NEAR_METERS) return []
    const score = (day: number): number => (share[day] > 0.07 ? share[day] / (share[day] + 0.2) : 0)
    return runs(days, score, 2).map(([day, probability]) => alertOf('area', id, 'tapped', dayEnd(day), probability))
  })

export const allRules: Baseline = (table) => [tripleKwh, nightZ, deadAccount, areaLoss].flatMap((rule) => rule(table))

/** Alerts where a rule holds `inARow` days together; the score of that day is the probability. */
export function watch(table: DayTable, score: (row: DayTable['rows'][number], day: number) => number, inARow = 2): ScoredAlert[] {
  return table.rows.flatMap((row) => {
    if (!(row.mineMeters <= NEAR_METERS)) return []
    return runs(table.days, (day) => score(row, day), inARow).map(([day, probability]) =>
      alertOf('usage-point', row.id, 'metered', table.dayEnd(day), probability),
    )
  })
}

function runs(days: number, score: (day: number) => number, inARow: number): [number, number][] {
  const alerts: [number, number][] = []
  let run = 0
  let silentSince = Number.NEGATIVE_INFINITY
  let open = false
  for (let day = 7; day < days; day++) {
    const today = score(day)
    run = today > 0 ? run + 1 : 0
    if (today > 0) silentSince = day
    if (open && day - silentSince > REST_DAYS) open = false
    if (run < inARow || open) continue
    alerts.push([day, today])
    open = true
  }
  return alerts
}

function alertOf(kind: 'usage-point' | 'area', id: string, route: string, raisedAt: string, probability: number): ScoredAlert {
  return { subject: { kind, id }, route, raisedAt, clearedAt: null, probability, rank: null }
}

/** NaN days are left out; 0 when there is nothing before. */
export function medianBefore(values: Float64Array, day: number, window: number): number {
  const before = values
    .slice(Math.max(0, day - window), day)
    .filter((value) => !Number.isNaN(value))
    .sort()
  return before[Math.floor(before.length / 2)] ?? 0
}

/** Every week's alerts in the order of their scores, the best fifty listed. */
export function ranked(alerts: readonly ScoredAlert[], budget = 50): ScoredAlert[] {
  const weeks = new Map<number, ScoredAlert[]>()
  for (const alert of alerts) {
    const week = Math.floor(Date.parse(alert.raisedAt) / (7 * 86_400_000))
    weeks.set(week, [...(weeks.get(week) ?? []), alert])
  }
  return [...weeks.values()].flatMap((week) =>
    week.sort((a, b) => b.probability - a.probability).map((alert, i) => ({ ...alert, rank: i < budget ? i + 1 : null })),
  )
}
