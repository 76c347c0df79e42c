/**
 * The work list: which alerts an inspection team would be sent to first. A rank is an alert's place among those raised, or
 * opened again, in the week that ends with its day; beyond the week's budget, and below the chance from which a drive is worth it, there
 * is none: such an alert stays in view and gets its place when later readings strengthen it. Of those without a rank a few
 * are drawn by lot: inspections that go only where the rank sends them never learn what lies below the line. The lot is a
 * hash of alert and week, so the same readings give the same list. It takes places that are free; only when more are worth
 * a drive than there are places does it take the last few of them.
 */
import type { Alert } from '../model/alert.ts'
import { hashOf } from './hash.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** What the work list looks at; times in epoch milliseconds. */
export interface Listed {
  readonly id: string
  /** When it was raised, or last opened again: a load that is back competes in the week of its return. */
  readonly raisedAt: number
  /** Infinity while it is open. */
  readonly clearedAt: number
  /** Highest probability it has had. */
  readonly chance: number
  /** Probability as it stands. */
  readonly probability: number
}

/** Who gets onto the list. */
export interface ListRules {
  /** Places in a week. */
  readonly weeklyBudget: number
  /** Chance from which an alert is listed. */
  readonly listFrom: number
  /** Share of the places that is drawn by lot. */
  readonly randomShare: number
}

export type ListPlace = Pick<Alert, 'rank' | 'listedBy'>
export const NOT_LISTED: ListPlace = { rank: null, listedBy: null }

/** Epoch milliseconds, `from` exclusive, `to` inclusive: the end of a local day. */
export interface Week {
  readonly from: number
  readonly to: number
}

export function listedOf({ id, raisedAt, clearedAt, history, probability }: Alert): Listed {
  const reopened = history.findLast(({ change }) => change === 'reopened')
  return {
    id,
    raisedAt: Date.parse(reopened?.at ?? raisedAt),
    clearedAt: clearedAt === null ? Number.POSITIVE_INFINITY : Date.parse(clearedAt),
    chance: history.reduce((highest, revision) => Math.max(highest, revision.probability), probability),
    probability,
  }
}

/** The week whose alerts compete with one raised at `raisedAt`, epoch milliseconds. `shiftSeconds`: local standard time minus UTC. */
export function weekOf(raisedAt: number, shiftSeconds: number): Week {
  const to = (Math.floor((raisedAt + shiftSeconds * 1000) / DAY_MS) + 1) * DAY_MS - shiftSeconds * 1000
  return { from: to - WEEK_MS, to }
}

/** The list of a week: who has a place, by rank first, then by lot. `alerts` may hold those of other weeks. */
export function listOfWeek(alerts: Iterable<Listed>, { from, to }: Week, rules: ListRules): Map<string, ListPlace> {
  const competing = [...alerts]
    .filter((one) => one.raisedAt <= to && one.raisedAt > from && one.clearedAt > one.raisedAt)
    .sort((a, b) => b.chance - a.chance || (isEarlier(a, b) ? -1 : 1))
  const worth = competing.findLastIndex(({ chance }) => chance >= rules.listFrom) + 1
  const lots = lotsOf(rules, worth, to)
  const ranked = Math.min(worth, rules.weeklyBudget - (worth >= rules.weeklyBudget ? lots : 0))
  const places = new Map<string, ListPlace>()
  for (let place = 0; place < ranked; place++) places.set(competing[place].id, { rank: place + 1, listedBy: 'rank' })
  const drawn = competing
    .slice(ranked)
    .map(({ id }) => ({ id, lot: hashOf(`${id} ${to}`) }))
    .sort((a, b) => (a.lot === b.lot ? 0 : a.lot < b.lot ? -1 : 1))
  for (const { id } of drawn.slice(0, lots)) places.set(id, { rank: null, listedBy: 'random' })
  return places
}

/** The same alerts with their places among each other. */
export function rankAlerts(alerts: readonly Alert[], rules: ListRules, shiftSeconds: number): Alert[] {
  const listed = alerts.map(listedOf)
  const byDay = new Map<number, Listed[]>()
  for (const one of listed) {
    const { to } = weekOf(one.raisedAt, shiftSeconds)
    const day = byDay.get(to) ?? []
    byDay.set(to, day)
    day.push(one)
  }
  const weeks = new Map<number, Map<string, ListPlace>>()
  for (const to of byDay.keys()) {
    const week: Listed[] = []
    for (let day = to - WEEK_MS + DAY_MS; day <= to; day += DAY_MS) week.push(...(byDay.get(day) ?? []))
    weeks.set(to, listOfWeek(week, { from: to - WEEK_MS, to }, rules))
  }
  return alerts.map((alert, index) => ({
    ...alert,
    ...(weeks.get(weekOf(listed[index].raisedAt, shiftSeconds).to)?.get(alert.id) ?? NOT_LISTED),
  }))
}

/** How many are drawn this week: the share of the budget, its fraction made whole by a lot of the week; only the free places. */
function lotsOf({ weeklyBudget, randomShare }: ListRules, worth: number, week: number): number {
  const lots = Math.floor(weeklyBudget * randomShare + Number(hashOf(`week ${week}`) % 1000n) / 1000)
  return worth >= weeklyBudget ? lots : Math.min(lots, weeklyBudget - worth)
}

function isEarlier(a: Listed, b: Listed): boolean {
  return a.raisedAt === b.raisedAt ? a.id < b.id : a.raisedAt < b.raisedAt
}
