/**
 * Keeps alerts and the log of what happened to them. Raising the same alerts again changes nothing and logs nothing, so a
 * judging half that starts again from its checkpoint repeats itself without harm: what it says at a journal position that
 * an alert has already been raised from is such a repetition.
 */
import { existsSync } from 'node:fs'
import type { Listed } from '../../detectors/work-list.ts'
import { crashPoint } from '../../ingest/crash-point.ts'
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent, AlertEventKind } from '../../model/alert-event.ts'
import type { AlertPage, AlertQuery, Place } from '../../model/alert-query.ts'
import type { Counties } from '../../model/counties.ts'
import { Refusal } from '../../model/refusal.ts'
import { Database } from '../database/database.ts'
import type { DatabaseConfig } from '../database/database-config.ts'
import { AlertIntake } from './alert-intake.ts'
import { alertCountStatement, alertListStatement, cursorAfter } from './alert-list.ts'
import { ALERT_MIGRATIONS, type AlertTables } from './alert-tables.ts'
import { alertTotals } from './alert-totals.ts'
import { parseAlert } from './parse-alert.ts'
import { statedChances } from './stated-chances.ts'
import type { Amendment } from './told-history.ts'
import { JUDGED_ANEW, READ_ANEW, withdrawn } from './withdrawn.ts'

export type EventsListener = (events: readonly AlertEvent[]) => void

export interface AlertStoreOptions {
  readonly database: DatabaseConfig
  /** The file when the database is embedded. */
  readonly file: string
  /** Names the journal that positions are of; asked for a database that others reach too, where those of two would be mixed up. */
  readonly journal: () => string
  /** In which area and county subjects lie, in their order, by the ledgers of the moment. */
  readonly placesOf: (subjects: readonly Alert['subject'][]) => Promise<readonly Place[]>
  readonly trouble?: (error: Error) => void
}

export class AlertStore {
  /** It was made by this opening: nothing that was ever told is in it. */
  readonly fresh: boolean
  readonly #database: Database<AlertTables>
  readonly #placesOf: AlertStoreOptions['placesOf']
  readonly #listeners = new Set<EventsListener>()
  #counts = { open: 0, cleared: 0 }
  #lastSequence = 0
  /** Up to which journal position all is judged again; asked at every checkpoint, so that the server is not. */
  #againUntil: number | null = null
  /** The server went away while alerts were written: they may be there, and nobody was told. */
  #unsure = false

  private constructor(database: Database<AlertTables>, placesOf: AlertStoreOptions['placesOf'], fresh: boolean) {
    this.fresh = fresh
    this.#database = database
    this.#placesOf = placesOf
  }

  /** Rejects with a Refusal when the database cannot be used, or holds the alerts of another journal. */
  static async open({ database: config, file, journal, placesOf, trouble }: AlertStoreOptions): Promise<AlertStore> {
    const part = { part: 'alerts', file, migrations: ALERT_MIGRATIONS, ...(trouble && { trouble }) }
    const newFile = !existsSync(file)
    const database = await Database.open<AlertTables>(config, part)
    try {
      const fresh = database.kind === 'postgresql' ? await takenBy(database, journal()) : newFile
      const store = new AlertStore(database, placesOf, fresh)
      await store.#count()
      return store
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /** Takes alerts as they are judged after the packet at journal `position`; on disk when it resolves. All of them or, when it rejects, none. */
  async raise(alerts: readonly Alert[], position: number): Promise<void> {
    await this.#takeAll(alerts, position, null)
  }

  /** The same for alerts that readings which came late have changed: their history tells it. */
  async amend(alerts: readonly Alert[], position: number, amendment: Amendment): Promise<void> {
    await this.#takeAll(alerts, position, amendment)
  }

  async #takeAll(alerts: readonly Alert[], position: number, amendment: Amendment | null): Promise<void> {
    if (alerts.length === 0) return
    const places = await this.#placesOf(alerts.map(({ subject }) => subject))
    const wasUnsure = this.#unsure
    this.#unsure = true
    const { events, change } = await this.#database.alone(async (transaction) => {
      const intake = new AlertIntake(transaction, position)
      await intake.take(alerts, places, amendment)
      crashPoint('alerts-written')
      return intake
    })
    crashPoint('alerts-raised')
    if (wasUnsure) return await this.#tellWhatIsThere()
    this.#unsure = false
    this.#counts = { open: this.#counts.open + change.open, cleared: this.#counts.cleared + change.cleared }
    this.#tell(events)
  }

  /** What a commit wrote whose answer was not heard is told as well. */
  async #tellWhatIsThere(): Promise<void> {
    for (let told = -1; told < this.#lastSequence; ) {
      told = this.#lastSequence
      this.#tell(await this.eventsAfter(told, 1_000))
    }
    await this.#count()
    this.#unsure = false
  }

  #tell(events: readonly AlertEvent[]): void {
    this.#lastSequence = events.at(-1)?.sequence ?? this.#lastSequence
    if (events.length > 0) for (const listener of this.#listeners) listener(events)
  }

  /**
   * All that stands after a restart that began at journal position `since`: it is told as it is, and what was told after
   * `since` and does not stand any more is withdrawn, but for what is over for so long that the detectors may have forgotten
   * it. `at` is an event time, ISO 8601.
   */
  async tellAgain(alerts: readonly Alert[], since: number, position: number, at: string): Promise<void> {
    const standing = new Set(alerts.map(({ id }) => id))
    const toldAfter = await this.#database.reading((kysely) =>
      kysely.selectFrom('alerts').select('json').where('position', '>', since).execute(),
    )
    const gone = toldAfter
      .map(({ json }) => parseAlert(json))
      .filter(({ id, probability, clearedAt }) => {
        const remembered = clearedAt === null || Date.parse(clearedAt) > Date.parse(at) - REMEMBERED_DAYS * 86_400_000
        return probability > 0 && remembered && !standing.has(id)
      })
    await this.raise([...alerts, ...gone.map((alert) => ({ ...withdrawn(alert, at, READ_ANEW), probability: 0 }))], position)
  }

  /**
   * The journal ends at `position`: what was told from beyond it, in a database that is newer than a restored data directory,
   * is no later than that.
   */
  async endAt(position: number): Promise<void> {
    await this.#database.alone(async (transaction) => {
      await transaction.updateTable('alerts').set({ position }).where('position', '>', position).execute()
    })
  }

  /**
   * Everything up to journal position `until` is judged again, by other detectors: what they say counts, whatever was said
   * before from a later position.
   */
  async beginAgain(until: number): Promise<void> {
    await this.#database.alone(async (transaction) => {
      await transaction.updateTable('alerts').set({ position: -1 }).execute()
      await transaction.deleteFrom('alerts_told').execute()
      await transaction
        .insertInto('alerts_again')
        .values({ one: 1, until })
        .onConflict((conflict) => conflict.column('one').doUpdateSet({ until }))
        .execute()
    })
    this.#againUntil = until
  }

  /** Once judging again has come to its end: withdraws open alerts that were not raised again. `at` is an event time, ISO 8601. */
  async endAgain(position: number, at: string): Promise<void> {
    if (this.#againUntil === null || position < this.#againUntil) return
    const unconfirmed = await this.#database.reading((kysely) =>
      kysely.selectFrom('alerts').select('json').where('position', '=', -1).where('cleared_at', 'is', null).execute(),
    )
    await this.raise(
      unconfirmed.map(({ json }) => withdrawn(parseAlert(json), at, JUDGED_ANEW)),
      position,
    )
    await this.#database.alone(async (transaction) => {
      await transaction.deleteFrom('alerts_again').execute()
    })
    this.#againUntil = null
  }

  /** A page of alerts; rejects with RangeError for a cursor that this list did not give. */
  async list(query: AlertQuery, counties: Counties = null): Promise<AlertPage> {
    const statement = alertListStatement(query, counties)
    const { rows } = await this.#database.reading((kysely) => statement.execute(kysely))
    const shown = rows.slice(0, query.limit)
    const last = shown.at(-1)
    const nextCursor = rows.length > query.limit && last ? cursorAfter(last.raised_at, last.id) : null
    return { items: shown.map(({ json }) => parseAlert(json)), nextCursor }
  }

  async get(id: string): Promise<Alert | undefined> {
    const row = await this.#database.reading((kysely) =>
      kysely.selectFrom('alerts').select('json').where('id', '=', id).executeTakeFirst(),
    )
    return row && parseAlert(row.json)
  }

  /** Where the subjects of alerts lie; those there are, null where no ledger says. */
  async countiesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#database.reading((kysely) =>
      kysely.selectFrom('alerts').select(['id', 'county']).where('id', 'in', ids).execute(),
    )
    return new Map(rows.map(({ id, county }) => [id, county]))
  }

  /** When alerts were raised or last opened again, epoch milliseconds; those there are. */
  async listedAt(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#database.reading((kysely) =>
      kysely.selectFrom('alerts').select(['id', 'raised_at']).where('id', 'in', ids).execute(),
    )
    return new Map(rows.map(({ id, raised_at }) => [id, raised_at * 1000]))
  }

  /** What the work list looks at, of alerts raised or opened again in (from, to], epoch milliseconds. */
  async raisedBetween(from: number, to: number): Promise<Listed[]> {
    const { probability, highest } = statedChances(this.#database.kind)
    const rows = await this.#database.reading((kysely) =>
      kysely
        .selectFrom('alerts as a')
        .leftJoin('alerts_told as t', 't.id', 'a.id')
        .select(['a.id', 'a.raised_at', 'a.cleared_at', probability.as('probability')])
        // what late readings took back does not count
        .select(({ fn }) => fn.coalesce('t.chance', highest).as('chance'))
        .where('a.raised_at', '>', from / 1000)
        .where('a.raised_at', '<=', to / 1000)
        .execute(),
    )
    return rows.map(({ id, raised_at, cleared_at, chance, probability }) => {
      const clearedAt = cleared_at === null ? Number.POSITIVE_INFINITY : cleared_at * 1000
      return { id, raisedAt: raised_at * 1000, clearedAt, chance, probability }
    })
  }

  /** Events after `sequence` in order, at most `limit`. */
  async eventsAfter(sequence: number, limit: number): Promise<AlertEvent[]> {
    const rows = await this.#database.reading((kysely) =>
      kysely
        .selectFrom('alert_events')
        .select(['sequence', 'kind', 'json'])
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(limit)
        .execute(),
    )
    return rows.map(({ sequence, kind, json }) => ({ sequence, kind: kindOf(kind), alert: parseAlert(json) }))
  }

  /** Sequence number of the newest event, 0 when nothing ever happened. */
  lastSequence(): number {
    return this.#lastSequence
  }

  /** For the live feed only: called after the commit. Returns the way to stop. */
  onEvents(listener: EventsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  counts(): { open: number; cleared: number } {
    return this.#counts
  }

  async countsIn(counties: readonly string[]): Promise<{ open: number; cleared: number }> {
    const { rows } = await this.#database.reading((kysely) => alertCountStatement(counties).execute(kysely))
    return { open: Number(rows[0].open), cleared: Number(rows[0].cleared) }
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#database.close()
  }

  async #count(): Promise<void> {
    const { open, cleared, lastSequence, againUntil } = await this.#database.reading(alertTotals)
    this.#counts = { open, cleared }
    this.#lastSequence = lastSequence
    this.#againUntil = againUntil
  }
}

/** What is over for less the detectors surely remember: for longer they do, 45 days (detectors/recurrence.ts). */
const REMEMBERED_DAYS = 30

/** The first journal takes the tables for itself: true when this one did. */
async function takenBy(database: Database<AlertTables>, journal: string): Promise<boolean> {
  const owner = await database.alone(async (transaction) => {
    const found = await transaction.selectFrom('alerts_journal').select('journal').executeTakeFirst()
    if (found === undefined) await transaction.insertInto('alerts_journal').values({ one: 1, journal }).execute()
    return found?.journal
  })
  if (owner === undefined || owner === journal) return owner === undefined
  throw new Refusal(
    'database-of-another',
    `${database.name} keeps the alerts of another data directory (${owner}, not ${journal}): give this service a database of its own`,
  )
}

function kindOf(value: string): AlertEventKind {
  if (value === 'alert.raised' || value === 'alert.revised' || value === 'alert.cleared') return value
  throw new Error(`the alerts hold an event of unknown kind ${value}`)
}
