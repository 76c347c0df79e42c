import { expectedPrecision } from '../detectors/expected-precision.ts'
import { type ListPlace, type ListRules, listOfWeek, NOT_LISTED, type Week, weekOf } from '../detectors/work-list.ts'
import type { Alert } from '../model/alert.ts'
import type { AlertEvent } from '../model/alert-event.ts'
import type { AlertPage, AlertQuery } from '../model/alert-query.ts'
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
  readonly #weeks = new Map<number, KnownWeek>()
  #weeksAt = -1

  constructor(store: AlertStore, rules: RankingRules, shiftSeconds: number) {
    this.#store = store
    this.#rules = rules
    this.#shiftSeconds = shiftSeconds
  }

  list(query: AlertQuery): AlertPage {
    const { items, nextCursor } = this.#store.list(query)
    return { items: items.map((alert) => this.#ranked(alert)), nextCursor }
  }

  get(id: string): Alert | undefined {
    const alert = this.#store.get(id)
    return alert && this.#ranked(alert)
  }

  eventsAfter(sequence: number, limit: number): AlertEvent[] {
    return this.#store.eventsAfter(sequence, limit).map((event) => ({ ...event, alert: this.#ranked(event.alert) }))
  }

  lastSequence(): number {
    return this.#store.lastSequence()
  }

  onEvents(listener: (events: readonly AlertEvent[]) => void): () => void {
    return this.#store.onEvents((events) => listener(events.map((event) => ({ ...event, alert: this.#ranked(event.alert) }))))
  }

  counts(): { open: number; cleared: number } {
    return this.#store.counts()
  }

  /** Of the week that ends with the day of `at`, epoch milliseconds; ids in order of rank, then those drawn by lot. */
  workList(at: number): WorkListSummary & { readonly ids: readonly string[] } {
    const week = weekOf(at, this.#shiftSeconds)
    const { probabilities, places } = this.#week(week)
    const { weeklyBudget, calibration } = this.#rules
    const ids = [...places.keys()]
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

  #ranked(alert: Alert): Alert {
    const { places } = this.#week(weekOf(this.#store.listedAt(alert.id) ?? Date.parse(alert.raisedAt), this.#shiftSeconds))
    return { ...alert, ...(places.get(alert.id) ?? NOT_LISTED) }
  }

  #week(week: Week): KnownWeek {
    const sequence = this.#store.lastSequence()
    if (sequence !== this.#weeksAt) this.#weeks.clear()
    this.#weeksAt = sequence
    let known = this.#weeks.get(week.to)
    if (known === undefined) {
      const listed = this.#store.raisedBetween(week.from, week.to)
      const probabilities = new Map(listed.map(({ id, probability }) => [id, probability]))
      known = { probabilities, places: listOfWeek(listed, week, this.#rules) }
      this.#weeks.set(week.to, known)
    }
    return known
  }
}
