import type { Kysely } from 'kysely'
import type { AlertTables } from './alert-tables.ts'

export interface AlertTotals {
  readonly open: number
  readonly cleared: number
  /** Sequence number of the newest event, 0 when nothing ever happened. */
  readonly lastSequence: number
  /** Up to which journal position all is judged again. */
  readonly againUntil: number | null
}

export async function alertTotals(kysely: Kysely<AlertTables>): Promise<AlertTotals> {
  const alerts = await kysely
    .selectFrom('alerts')
    .select(({ fn }) => [fn.countAll<number>().as('all'), fn.count<number>('cleared_at').as('cleared')])
    .executeTakeFirstOrThrow()
  const last = await kysely
    .selectFrom('alert_events')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .executeTakeFirst()
  const again = await kysely.selectFrom('alerts_again').select('until').executeTakeFirst()
  return {
    open: alerts.all - alerts.cleared,
    cleared: alerts.cleared,
    lastSequence: last?.last ?? 0,
    againUntil: again?.until ?? null,
  }
}
