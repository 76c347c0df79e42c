/**
 * Keeps alerts and the log of what happened to them, in one SQLite file. Raising the same alerts again changes nothing
 * and logs nothing, so a judging half that starts again from its checkpoint repeats itself without harm: what it says at a
 * journal position that an alert has already been raised from is such a repetition.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Listed, listedOf } from '../../detectors/work-list.ts'
import { crashPoint } from '../../ingest/crash-point.ts'
import { Alert, type Sentence } from '../../model/alert.ts'
import type { AlertEvent, AlertEventKind } from '../../model/alert-event.ts'
import type { AlertPage, AlertQuery, Place } from '../../model/alert-query.ts'
import { alertListStatement, cursorAfter } from './alert-list.ts'
import { ALERT_SCHEMA } from './alert-schema.ts'
import { type Amendment, amended, Told, withTold } from './told-history.ts'

export type EventsListener = (events: readonly AlertEvent[]) => void

export class AlertStore {
  readonly #database: DatabaseSync
  readonly #placeOf: (subject: Alert['subject']) => Place
  readonly #listeners = new Set<EventsListener>()
  readonly #lists = new Map<string, StatementSync>()
  readonly #statements
  #open = 0
  #cleared = 0

  /** `placeOf` says in which area and county a subject lies, by the ledger of the moment. */
  constructor(path: string, placeOf: (subject: Alert['subject']) => Place) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(ALERT_SCHEMA)
    this.#placeOf = placeOf
    this.#statements = prepare(this.#database)
    this.#count()
  }

  /** Takes alerts as they are judged after the packet at journal `position`; on disk when it returns. All of them or, when it throws, none. */
  raise(alerts: readonly Alert[], position: number): void {
    this.#takeAll(alerts, position, null)
  }

  /** The same for alerts that readings which came late have changed: their history tells it. */
  amend(alerts: readonly Alert[], position: number, amendment: Amendment): void {
    this.#takeAll(alerts, position, amendment)
  }

  #takeAll(alerts: readonly Alert[], position: number, amendment: Amendment | null): void {
    if (alerts.length === 0) return
    const events: AlertEvent[] = []
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const alert of alerts) this.#takeOne(alert, position, amendment, events)
      crashPoint('alerts-written')
      this.#database.exec('COMMIT')
      crashPoint('alerts-raised')
    } catch (error) {
      // a full disk rolls back by itself
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#count()
      throw error
    }
    if (events.length > 0) for (const listener of this.#listeners) listener(events)
  }

  /**
   * All that stands after a restart that began at journal position `since`: it is told as it is, and what was told after
   * `since` and does not stand any more is withdrawn, but for what is over for so long that the detectors may have forgotten
   * it. `at` is an event time, ISO 8601.
   */
  tellAgain(alerts: readonly Alert[], since: number, position: number, at: string): void {
    const standing = new Set(alerts.map(({ id }) => id))
    const gone = this.#statements.toldAfter
      .all(since)
      .map((row) => parseAlert(row.json))
      .filter(({ id, probability, clearedAt }) => {
        const remembered = clearedAt === null || Date.parse(clearedAt) > Date.parse(at) - REMEMBERED_DAYS * 86_400_000
        return probability > 0 && remembered && !standing.has(id)
      })
    this.raise([...alerts, ...gone.map((alert) => ({ ...withdrawn(alert, at, READ_ANEW), probability: 0 }))], position)
  }

  /**
   * Everything up to journal position `until` is judged again, by other detectors: what they say counts, whatever was said
   * before from a later position.
   */
  beginAgain(until: number): void {
    this.#database.exec('BEGIN IMMEDIATE; UPDATE alerts SET position = -1; DELETE FROM alerts_told')
    this.#statements.beginAgain.run(until)
    this.#database.exec('COMMIT')
  }

  /** Once judging again has come to its end: withdraws open alerts that were not raised again. `at` is an event time, ISO 8601. */
  endAgain(position: number, at: string): void {
    const until = this.#statements.again.get()?.until
    if (until === undefined || position < Number(until)) return
    const unconfirmed = this.#statements.unconfirmed.all().map((row) => parseAlert(row.json))
    this.raise(
      unconfirmed.map((alert) => withdrawn(alert, at, JUDGED_ANEW)),
      position,
    )
    this.#database.exec('DELETE FROM alerts_again')
  }

  /** A page of alerts; throws RangeError for a cursor that this list did not give. */
  list(query: AlertQuery): AlertPage {
    const { sql, values } = alertListStatement(query)
    let statement = this.#lists.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#lists.set(sql, statement)
    }
    const rows = statement.all(...values, query.limit + 1)
    const shown = rows.slice(0, query.limit)
    const last = shown.at(-1)
    const nextCursor = rows.length > query.limit && last ? cursorAfter(Number(last.raised_at), String(last.id)) : null
    return { items: shown.map((row) => parseAlert(row.json)), nextCursor }
  }

  get(id: string): Alert | undefined {
    const row = this.#statements.get.get(id)
    return row && parseAlert(row.json)
  }

  /** When an alert was raised or last opened again, epoch milliseconds; undefined when there is none. */
  listedAt(id: string): number | undefined {
    const row = this.#statements.listedAt.get(id)
    return row && Number(row.raised_at) * 1000
  }

  /** What the work list looks at, of alerts raised or opened again in (from, to], epoch milliseconds. */
  raisedBetween(from: number, to: number): Listed[] {
    return this.#statements.raisedBetween.all(from / 1000, to / 1000).map((row) => ({
      id: String(row.id),
      raisedAt: Number(row.raised_at) * 1000,
      clearedAt: row.cleared_at === null ? Number.POSITIVE_INFINITY : Number(row.cleared_at) * 1000,
      chance: Number(row.chance),
      probability: Number(row.probability),
    }))
  }

  /** Events after `sequence` in order, at most `limit`. */
  eventsAfter(sequence: number, limit: number): AlertEvent[] {
    return this.#statements.eventsAfter.all(sequence, limit).map((row) => ({
      sequence: Number(row.sequence),
      kind: kindOf(row.kind),
      alert: parseAlert(row.json),
    }))
  }

  /** Sequence number of the newest event, 0 when nothing ever happened. */
  lastSequence(): number {
    return Number(this.#statements.lastSequence.get()?.sequence ?? 0)
  }

  /** For the live feed only: called after the commit. Returns the way to stop. */
  onEvents(listener: EventsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  counts(): { open: number; cleared: number } {
    return { open: this.#open, cleared: this.#cleared }
  }

  close(): void {
    this.#listeners.clear()
    this.#database.close()
  }

  #takeOne(judged: Alert, position: number, amendment: Amendment | null, events: AlertEvent[]): void {
    const held = this.#statements.get.get(judged.id)
    if (held && Number(held.position) > position) return
    const alert = amendment === null ? this.#asTold(judged) : this.#amended(held && parseAlert(held.json), judged, amendment)
    if (alert === null) return
    const json = JSON.stringify(alert)
    if (held?.json === json) {
      if (Number(held.position) < 0) this.#statements.confirm.run(position, alert.id)
      return
    }

    const wasOpen = held ? held.cleared_at === null : undefined
    const { area, county } = this.#placeOf(alert.subject)
    const { raisedAt: listedAt } = listedOf(judged)
    const raisedAt = Math.floor(listedAt / 1000)
    const clearedAt = alert.clearedAt === null ? null : epochSeconds(alert.clearedAt)
    this.#statements.put.run(alert.id, raisedAt, clearedAt, area, county, position, json)
    this.#statements.forgetMines.run(alert.id)
    for (const { mine } of alert.mines) this.#statements.putMine.run(mine, raisedAt, alert.id)

    if (wasOpen !== undefined) wasOpen ? this.#open-- : this.#cleared--
    clearedAt === null ? this.#open++ : this.#cleared++

    if (!held) this.#log('alert.raised', alert, json, events)
    if (clearedAt !== null && wasOpen !== false) this.#log('alert.cleared', alert, json, events)
    else if (held) this.#log('alert.revised', alert, json, events)
  }

  #asTold(judged: Alert): Alert {
    const told = this.#statements.told.get(judged.id)
    if (told === undefined) return judged
    this.#statements.putTold.run(judged.id, listedOf(judged).chance, told.json)
    return withTold(judged, Told.parse(JSON.parse(String(told.json))))
  }

  #amended(held: Alert | undefined, judged: Alert, amendment: Amendment): Alert | null {
    const after = amended(held, judged, amendment)
    if (after === null) return null
    this.#statements.putTold.run(judged.id, listedOf(judged).chance, JSON.stringify(after.told))
    return after.alert
  }

  #log(kind: AlertEventKind, alert: Alert, json: string, events: AlertEvent[]): void {
    const { lastInsertRowid } = this.#statements.log.run(kind, alert.id, json)
    events.push({ sequence: Number(lastInsertRowid), kind, alert })
  }

  #count(): void {
    const row = this.#statements.counts.get()
    this.#open = Number(row?.open ?? 0)
    this.#cleared = Number(row?.cleared ?? 0)
  }
}

function prepare(database: DatabaseSync) {
  return {
    get: database.prepare('SELECT json, position, cleared_at FROM alerts WHERE id = ?'),
    // json_each has a column json of its own, which an unqualified name would mean; what late readings took back does not count
    raisedBetween: database.prepare(
      `SELECT id, raised_at, cleared_at, json_extract(json, '$.probability') AS probability,
         coalesce((SELECT chance FROM alerts_told WHERE alerts_told.id = alerts.id), max(json_extract(json, '$.probability'),
         coalesce((SELECT max(json_extract(past.value, '$.probability')) FROM json_each(alerts.json, '$.history') AS past), 0))) AS chance
       FROM alerts WHERE raised_at > ? AND raised_at <= ?`,
    ),
    put: database.prepare(
      `INSERT INTO alerts (id, raised_at, cleared_at, area, county, position, json) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET raised_at = excluded.raised_at, cleared_at = excluded.cleared_at, area = excluded.area,
         county = excluded.county, position = excluded.position, json = excluded.json`,
    ),
    forgetMines: database.prepare('DELETE FROM alert_mines WHERE id = ?'),
    putMine: database.prepare('INSERT OR IGNORE INTO alert_mines (mine, raised_at, id) VALUES (?, ?, ?)'),
    told: database.prepare('SELECT json FROM alerts_told WHERE id = ?'),
    putTold: database.prepare('INSERT OR REPLACE INTO alerts_told (id, chance, json) VALUES (?, ?, ?)'),
    listedAt: database.prepare('SELECT raised_at FROM alerts WHERE id = ?'),
    log: database.prepare('INSERT INTO alert_events (kind, id, json) VALUES (?, ?, ?)'),
    eventsAfter: database.prepare('SELECT sequence, kind, json FROM alert_events WHERE sequence > ? ORDER BY sequence LIMIT ?'),
    confirm: database.prepare('UPDATE alerts SET position = ? WHERE id = ?'),
    beginAgain: database.prepare('INSERT OR REPLACE INTO alerts_again (one, until) VALUES (1, ?)'),
    again: database.prepare('SELECT until FROM alerts_again'),
    toldAfter: database.prepare('SELECT json FROM alerts WHERE position > ?'),
    unconfirmed: database.prepare('SELECT json FROM alerts WHERE position = -1 AND cleared_at IS NULL'),
    lastSequence: database.prepare('SELECT max(sequence) AS sequence FROM alert_events'),
    counts: database.prepare(
      `SELECT (SELECT count(*) FROM alerts WHERE cleared_at IS NULL) AS open,
              (SELECT count(*) FROM alerts WHERE cleared_at IS NOT NULL) AS cleared`,
    ),
  }
}

function withdrawn(alert: Alert, at: string, cause: Sentence): Alert {
  const revision = alert.revision + 1
  const { probability } = alert
  const entry = { revision, at, change: 'withdrawn' as const, probability, cause }
  return { ...alert, clearedAt: at, revision, history: [...alert.history, entry] }
}

/** What is over for less the detectors surely remember: for longer they do, 45 days (detectors/recurrence.ts). */
const REMEMBERED_DAYS = 30

const READ_ANEW = {
  zh: '重启后按全部读数重新研判,不再成立。',
  en: 'Judged again from all readings after a restart, it does not stand.',
}

const JUDGED_ANEW = {
  zh: '检测参数变更后重新研判,不再达到报警线。',
  en: 'Judged again with other detector settings, it no longer reaches the line for an alert.',
}

function kindOf(value: unknown): AlertEventKind {
  if (value === 'alert.raised' || value === 'alert.revised' || value === 'alert.cleared') return value
  throw new Error(`alerts.db holds an event of unknown kind ${String(value)}`)
}

/** Alerts of an earlier version lack what came later: the schema leaves it open. */
function parseAlert(json: unknown): Alert {
  return Alert.parse(JSON.parse(String(json)))
}

function epochSeconds(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000)
}
