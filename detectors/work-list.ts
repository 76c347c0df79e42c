/**
 * The work list: which alerts an inspection team would be sent to first. A rank is an alert's place among those raised in
 * the week that ends with its day; beyond the week's budget, and below the chance from which a drive is worth it, there
 * is none: such an alert stays in view and gets its place when later readings strengthen it.
 */
import type { Alert } from '../model/alert.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** What the work list looks at; times in epoch milliseconds. */
export interface Listed {
  readonly id: string
  readonly raisedAt: number
  /** Infinity while it is open. */
  readonly clearedAt: number
  /** Highest probability it has had. */
  readonly chance: number
}

/** Who gets onto the list. */
export interface ListRules {
  /** Places in a week. */
  readonly weeklyBudget: number
  /** Chance from which an alert is listed. */
  readonly listFrom: number
}

export function listedOf({ id, raisedAt, clearedAt, history, probability }: Alert): Listed {
  return {
    id,
    raisedAt: Date.parse(raisedAt),
    clearedAt: clearedAt === null ? Number.POSITIVE_INFINITY : Date.parse(clearedAt),
    chance: history.reduce((highest, revision) => Math.max(highest, revision.probability), probability),
  }
}

/** The week whose alerts compete with one raised at `raisedAt`: epoch milliseconds, from exclusive, to inclusive. */
export function weekOf(raisedAt: number, shiftSeconds: number): { readonly from: number; readonly to: number } {
  const to = (Math.floor((raisedAt + shiftSeconds * 1000) / DAY_MS) + 1) * DAY_MS - shiftSeconds * 1000
  return { from: to - WEEK_MS, to }
}

/** Place of `one` among `others` (which may hold it too); null when it is not listed. `shiftSeconds`: local standard time minus UTC. */
export function rankOf(one: Listed, others: Iterable<Listed>, rules: ListRules, shiftSeconds: number): number | null {
  if (one.chance < rules.listFrom) return null
  const { from, to } = weekOf(one.raisedAt, shiftSeconds)
  let rank = 1
  for (const other of others) {
    if (other.id === one.id || other.raisedAt > to || other.raisedAt <= from || other.clearedAt <= other.raisedAt) continue
    if (other.chance > one.chance || (other.chance === one.chance && isEarlier(other, one))) rank++
  }
  return rank <= rules.weeklyBudget ? rank : null
}

/** The same alerts with their ranks among each other. */
export function rankAlerts(alerts: readonly Alert[], rules: ListRules, shiftSeconds: number): Alert[] {
  const listed = alerts.map(listedOf)
  return alerts.map((alert, index) => ({ ...alert, rank: rankOf(listed[index], listed, rules, shiftSeconds) }))
}

function isEarlier(a: Listed, b: Listed): boolean {
  return a.raisedAt === b.raisedAt ? a.id < b.id : a.raisedAt < b.raisedAt
}
