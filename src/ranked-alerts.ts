import { expectedPrecision } from '../detectors/expected-precision.ts'
import { type ListPlace, type ListRules, listOfWeek, NOT_LISTED, type Week, weekOf } from '../detectors/work-list.ts'
import type { Alert } from '../model/alert.ts'
import type { AlertEvent } from '../model/alert-event.ts'
import type { AlertPage, AlertQuery } from '../model/alert-query.ts'
import { type Counties, covers } from '../model/counties.ts'
import type { WorkListSummary } from '../model/work-list.ts'
import type { AlertStore } from './alerts/alert-store.ts'
import { instantOf } from './api/instant.ts'

/** Who gets onto the list, and what the chances on it rest on. */
export interface RankingRules extends ListRules {
  readonly calibration: { readonly version: string; readonly spread: number }
}

interface KnownWeek {
  readonly probabilities: ReadonlyMap<string, number>
  readonly places: ReadonlyMap<string, ListPlace>
}

/**
 * Alerts with their places on the work list. A place depends on what else was raised that week, so it is looked up when an
 * alert is shown and never stored: during its day it may still change.
 */
export class RankedAlerts {
  readonly #store: AlertStore
  readonly #rules: RankingRules
  readonly #shiftSeconds: number
  /** Weeks by their end, as long as nothing happened to any alert. */
  readonly #weeks = new Map<number, Promise<KnownWeek>>()
  #weeksAt = -1

  constructor(store: AlertStore, rules: RankingRules, shiftSeconds: number) {
    this.#store = store
    this.#rules = rules
    this.#shiftSeconds = shiftSeconds
  }

  async list(query: AlertQuery, counties: Counties = null): Promise<AlertPage> {
    const { items, nextCursor } = await this.#store.list(query, counties)
    return { items: await this.#ranked(items), nextCursor }
  }

  async get(id: string): Promise<Alert | undefined> {
    const alert = await this.#store.get(id)
    return alert && (await this.#ranked([alert]))[0]
  }

  async eventsAfter(sequence: number, limit: number): Promise<AlertEvent[]> {
    return await this.#rankedEvents(await this.#store.eventsAfter(sequence, limit))
  }

  lastSequence(): number {
    return this.#store.lastSequence()
  }

  /** In the order of the log; when places cannot be looked up, the listener hears of the events with the next ones. */
  onEvents(listener: (events: readonly AlertEvent[]) => void): () => void {
    let told = Promise.resolve()
    return this.#store.onEvents((events) => {
      told = told.then(async () => listener(await this.#rankedEvents(events))).catch(() => {})
    })
  }

  counts(): { open: number; cleared: number } {
    return this.#store.counts()
  }

  countsIn(counties: readonly string[]): Promise<{ open: number; cleared: number }> {
    return this.#store.countsIn(counties)
  }

  countiesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    return this.#store.countiesOf(ids)
  }

  /**
   * Of the week that ends with the day of `at`, epoch milliseconds; ids in order of rank, then those drawn by lot. Of some
   * counties it is their part of the list of all: the ranks stay, and so does the budget.
   */
  async workList(at: number, counties: Counties = null): Promise<WorkListSummary & { readonly ids: readonly string[] }> {
    const week = weekOf(at, this.#shiftSeconds)
    const { probabilities, places } = await this.#week(week)
    const { weeklyBudget, calibration } = this.#rules
    const ids = await this.#lyingIn(counties, [...places.keys()])
    const ranked = ids.filter((id) => places.get(id)?.listedBy === 'rank')
    return {
      from: instantOf(week.from),
      to: instantOf(week.to),
      weeklyBudget,
      ranked: ranked.length,
      random: ids.length - ranked.length,
      expectedPrecision: expectedPrecision(
        ranked.map((id) => probabilities.get(id) ?? 0),
        calibration.spread,
      ),
      calibration: calibration.version,
      ids,
    }
  }

  async #lyingIn(counties: Counties, ids: readonly string[]): Promise<readonly string[]> {
    if (counties === null) return ids
    const countyOf = await this.#store.countiesOf(ids)
    return ids.filter((id) => covers(counties, countyOf.get(id) ?? null))
  }

  async #rankedEvents(events: readonly AlertEvent[]): Promise<AlertEvent[]> {
    const alerts = await this.#ranked(events.map(({ alert }) => alert))
    return events.map((event, index) => ({ ...event, alert: alerts[index] }))
  }

  async #ranked(alerts: readonly Alert[]): Promise<Alert[]> {
    const listedAt = await this.#store.listedAt([...new Set(alerts.map(({ id }) => id))])
    return await Promise.all(
      alerts.map(async (alert) => {
        const { id, raisedAt } = alert
        const { places } = await this.#week(weekOf(listedAt.get(id) ?? Date.parse(raisedAt), this.#shiftSeconds))
        return { ...alert, ...(places.get(id) ?? NOT_LISTED) }
      }),
    )
  }

  #week(week: Week): Promise<KnownWeek> {
    const sequence = this.#store.lastSequence()
    if (sequence !== this.#weeksAt) this.#weeks.clear()
    this.#weeksAt = sequence
    let known = this.#weeks.get(week.to)
    if (known === undefined) {
      known = this.#lookUp(week)
      this.#weeks.set(week.to, known)
      known.catch(() => this.#weeks.delete(week.to))
    }
    return known
  }

  async #lookUp(week: Week): Promise<KnownWeek> {
    const listed = await this.#store.raisedBetween(week.from, week.to)
    const probabilities = new Map(listed.map(({ id, probability }) => [id, probability]))
    return { probabilities, places: listOfWeek(listed, week, this.#rules) }
  }
}
