/** What a set of alerts changes in what is held: looked up together, decided one by one in their order, written together. */
import type { Transaction } from 'kysely'
import { listedOf } from '../../detectors/work-list.ts'
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent, AlertEventKind } from '../../model/alert-event.ts'
import type { Place } from '../../model/alert-query.ts'
import type { AlertTables } from './alert-tables.ts'
import { parseAlert, parseTold } from './parse-alert.ts'
import { type Amendment, amended, withTold } from './told-history.ts'

/** Rows of one statement: both databases take a limited number of values. */
const CHUNK = 500

type Held = Pick<AlertTables['alerts'], 'position' | 'json' | 'cleared_at'>

export class AlertIntake {
  readonly #transaction: Transaction<AlertTables>
  readonly #position: number
  readonly #held = new Map<string, Held>()
  readonly #told = new Map<string, string>()
  readonly #rows = new Map<string, AlertTables['alerts']>()
  readonly #mines = new Map<string, AlertTables['alert_mines'][]>()
  readonly #newlyTold = new Map<string, AlertTables['alerts_told']>()
  readonly #confirmed = new Set<string>()
  readonly #log: AlertTables['alert_events'][] = []
  #sequence = 0
  /** What happened, in order; complete after `write`. */
  readonly events: AlertEvent[] = []
  readonly change = { open: 0, cleared: 0 }

  /** `position` is that of the packet in the journal after which the alerts were judged. */
  constructor(transaction: Transaction<AlertTables>, position: number) {
    this.#transaction = transaction
    this.#position = position
  }

  /** `places` are where their subjects lie, in the same order. */
  async take(alerts: readonly Alert[], places: readonly Place[], amendment: Amendment | null): Promise<void> {
    await this.#lookUp(alerts.map(({ id }) => id))
    for (const [index, alert] of alerts.entries()) this.#takeOne(alert, places[index], amendment)
    await this.#write()
  }

  async #lookUp(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids)) {
      const held = await this.#transaction
        .selectFrom('alerts')
        .select(['id', 'position', 'json', 'cleared_at'])
        .where('id', 'in', some)
        .execute()
      for (const { id, ...row } of held) this.#held.set(id, row)
      const told = await this.#transaction.selectFrom('alerts_told').select(['id', 'json']).where('id', 'in', some).execute()
      for (const { id, json } of told) this.#told.set(id, json)
    }
    const { max } = this.#transaction.fn
    const last = await this.#transaction.selectFrom('alert_events').select(max('sequence').as('last')).executeTakeFirst()
    this.#sequence = last?.last ?? 0
  }

  #takeOne(judged: Alert, place: Place, amendment: Amendment | null): void {
    const position = this.#position
    const held = this.#held.get(judged.id)
    if (held && held.position > position) return
    const alert = amendment === null ? this.#asTold(judged) : this.#amended(held && parseAlert(held.json), judged, amendment)
    if (alert === null) return
    const { id } = alert
    const json = JSON.stringify(alert)
    if (held?.json === json) {
      if (held.position < 0) this.#confirmed.add(id)
      return
    }

    const wasOpen = held ? held.cleared_at === null : undefined
    const raisedAt = Math.floor(listedOf(judged).raisedAt / 1000)
    const clearedAt = alert.clearedAt === null ? null : Math.floor(Date.parse(alert.clearedAt) / 1000)
    const row = { id, raised_at: raisedAt, cleared_at: clearedAt, ...place, position, json }
    this.#rows.set(id, row)
    this.#held.set(id, row)
    this.#mines.set(
      id,
      [...new Set(alert.mines.map(({ mine }) => mine))].map((mine) => ({ mine, raised_at: raisedAt, id })),
    )

    if (wasOpen !== undefined) this.change[wasOpen ? 'open' : 'cleared']--
    this.change[clearedAt === null ? 'open' : 'cleared']++

    if (!held) this.#tell('alert.raised', alert, json)
    if (clearedAt !== null && wasOpen !== false) this.#tell('alert.cleared', alert, json)
    else if (held) this.#tell('alert.revised', alert, json)
  }

  #asTold(judged: Alert): Alert {
    const told = this.#told.get(judged.id)
    if (told === undefined) return judged
    this.#putTold(judged, told)
    return withTold(judged, parseTold(told))
  }

  #amended(held: Alert | undefined, judged: Alert, amendment: Amendment): Alert | null {
    const after = amended(held, judged, amendment)
    if (after === null) return null
    this.#putTold(judged, JSON.stringify(after.told))
    return after.alert
  }

  #putTold(judged: Alert, json: string): void {
    const { id } = judged
    this.#told.set(id, json)
    this.#newlyTold.set(id, { id, chance: listedOf(judged).chance, json })
  }

  #tell(kind: AlertEventKind, alert: Alert, json: string): void {
    const sequence = ++this.#sequence
    this.#log.push({ sequence, kind, id: alert.id, json })
    this.events.push({ sequence, kind, alert })
  }

  async #write(): Promise<void> {
    const transaction = this.#transaction
    for (const rows of chunks([...this.#rows.values()])) {
      await transaction
        .insertInto('alerts')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(({ ref }) => ({
            raised_at: ref('excluded.raised_at'),
            cleared_at: ref('excluded.cleared_at'),
            area: ref('excluded.area'),
            county: ref('excluded.county'),
            position: ref('excluded.position'),
            json: ref('excluded.json'),
          })),
        )
        .execute()
    }
    for (const ids of chunks([...this.#mines.keys()]))
      await transaction.deleteFrom('alert_mines').where('id', 'in', ids).execute()
    for (const rows of chunks([...this.#mines.values()].flat()))
      await transaction.insertInto('alert_mines').values(rows).execute()
    for (const rows of chunks([...this.#newlyTold.values()])) {
      await transaction
        .insertInto('alerts_told')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(({ ref }) => ({ chance: ref('excluded.chance'), json: ref('excluded.json') })),
        )
        .execute()
    }
    for (const ids of chunks([...this.#confirmed])) {
      await transaction.updateTable('alerts').set({ position: this.#position }).where('id', 'in', ids).execute()
    }
    for (const rows of chunks(this.#log)) await transaction.insertInto('alert_events').values(rows).execute()
  }
}

function* chunks<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += CHUNK) yield all.slice(from, from + CHUNK)
}
