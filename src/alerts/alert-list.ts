import { type RawBuilder, sql } from 'kysely'
import type { AlertQuery } from '../../model/alert-query.ts'
import { type Counties, countyMatch } from '../../model/counties.ts'

export interface ListedRow {
  readonly json: string
  readonly id: string
  readonly raised_at: number
}

/** The list as SQL, one row more than a page when there is one. Throws RangeError for a cursor we did not give. */
export function alertListStatement(query: AlertQuery, counties: Counties): RawBuilder<ListedRow> {
  const byMine = query.mine !== undefined
  const order = sql.raw(byMine ? 'm' : 'a')
  const conditions: RawBuilder<unknown>[] = [sql`true`]

  if (byMine) conditions.push(sql`a.id = m.id`, sql`m.mine = ${query.mine}`)
  if (query.area !== undefined) conditions.push(sql`a.area = ${query.area}`)
  if (query.county !== undefined) conditions.push(sql`a.county = ${query.county}`)
  if (counties !== null) conditions.push(liesIn(counties))
  if (query.state === 'open') conditions.push(sql`a.cleared_at IS NULL`)
  if (query.state === 'cleared') conditions.push(sql`a.cleared_at IS NOT NULL`)
  if (query.since !== undefined) conditions.push(sql`${order}.raised_at >= ${Math.ceil(Date.parse(query.since) / 1000)}`)
  if (query.cursor !== undefined) {
    const { raisedAt, id } = parseCursor(query.cursor)
    conditions.push(sql`(${order}.raised_at, ${order}.id) < (${raisedAt}, ${id})`)
  }

  // the mine's own alerts first: SQLite keeps to the order of a CROSS JOIN
  const from = byMine ? sql`alert_mines m CROSS JOIN alerts a` : sql`alerts a`
  return sql`SELECT a.json, a.id, a.raised_at FROM ${from} WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${order}.raised_at DESC, ${order}.id DESC LIMIT ${query.limit + 1}`
}

export interface CountedRow {
  readonly open: number
  readonly cleared: number
}

export function alertCountStatement(counties: readonly string[]): RawBuilder<CountedRow> {
  return sql`SELECT count(*) - count(a.cleared_at) AS open, count(a.cleared_at) AS cleared FROM alerts a WHERE ${liesIn(counties)}`
}

/** Whose county is one of these. A code has digits only, so that LIKE takes it as it is. */
function liesIn(counties: readonly string[]): RawBuilder<unknown> {
  const { names, prefixes } = countyMatch(counties)
  const terms = [...names.map((name) => sql`a.county = ${name}`), ...prefixes.map((prefix) => sql`a.county LIKE ${`${prefix}%`}`)]
  return sql`(${terms.length > 0 ? sql.join(terms, sql` OR `) : sql`false`})`
}

export function cursorAfter(raisedAt: number, id: string): string {
  return Buffer.from(`${raisedAt} ${id}`).toString('base64url')
}

function parseCursor(cursor: string): { raisedAt: number; id: string } {
  const parts = /^(\d{1,12}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString())
  if (!parts) throw new RangeError('not a cursor of this list: take nextCursor of the page before, unchanged')
  return { raisedAt: Number(parts[1]), id: parts[2] }
}
