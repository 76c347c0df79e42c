import { type Listed, type ListRules, listedOf, rankOf, weekOf } from '../detectors/work-list.ts'
import type { Alert } from '../model/alert.ts'
import type { AlertEvent } from '../model/alert-event.ts'
import type { AlertPage, AlertQuery } from '../model/alert-query.ts'
import type { AlertStore } from './alerts/alert-store.ts'

/**
 * Alerts with their places on the work list. A place depends on what else was raised that week, so it is looked up when an
 * alert is shown and never stored: during its day it may still change.
 */
export class RankedAlerts {
  readonly #store: AlertStore
  readonly #rules: ListRules
  readonly #shiftSeconds: number
  /** Weeks by their end, as long as nothing happened to any alert. */
  readonly #weeks = new Map<number, readonly Listed[]>()
  #weeksAt = -1

  constructor(store: AlertStore, rules: ListRules, shiftSeconds: number) {
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

  #ranked(alert: Alert): Alert {
    const listed = listedOf(alert)
    return { ...alert, rank: rankOf(listed, this.#week(listed.raisedAt), this.#rules, this.#shiftSeconds) }
  }

  #week(raisedAt: number): readonly Listed[] {
    const sequence = this.#store.lastSequence()
    if (sequence !== this.#weeksAt) this.#weeks.clear()
    this.#weeksAt = sequence
    const { from, to } = weekOf(raisedAt, this.#shiftSeconds)
    let week = this.#weeks.get(to)
    if (week === undefined) {
      week = this.#store.raisedBetween(from, to)
      this.#weeks.set(to, week)
    }
    return week
  }
}
