import type { AlertQuery } from '../../model/alert-query.ts'

/** The list as SQL and its values; the last placeholder is the limit. Throws RangeError for a cursor we did not give. */
export function alertListStatement(query: AlertQuery): { sql: string; values: (string | number)[] } {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const order = query.mine === undefined ? 'a' : 'm'

  if (query.mine !== undefined) {
    conditions.push('m.mine = ?')
    values.push(query.mine)
  }
  if (query.area !== undefined) {
    conditions.push('a.area = ?')
    values.push(query.area)
  }
  if (query.county !== undefined) {
    conditions.push('a.county = ?')
    values.push(query.county)
  }
  if (query.state !== 'all') conditions.push(query.state === 'open' ? 'a.cleared_at IS NULL' : 'a.cleared_at IS NOT NULL')
  if (query.since !== undefined) {
    conditions.push(`${order}.raised_at >= ?`)
    values.push(Math.ceil(Date.parse(query.since) / 1000))
  }
  if (query.cursor !== undefined) {
    const { raisedAt, id } = parseCursor(query.cursor)
    conditions.push(`(${order}.raised_at, ${order}.id) < (?, ?)`)
    values.push(raisedAt, id)
  }

  const from = query.mine === undefined ? 'alerts a' : 'alert_mines m CROSS JOIN alerts a ON a.id = m.id'
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  return {
    sql: `SELECT a.json, a.id, a.raised_at FROM ${from} ${where} ORDER BY ${order}.raised_at DESC, ${order}.id DESC LIMIT ?`,
    values,
  }
}

export function cursorAfter(raisedAt: number, id: string): string {
  return Buffer.from(`${raisedAt} ${id}`).toString('base64url')
}

function parseCursor(cursor: string): { raisedAt: number; id: string } {
  const parts = /^(\d{1,12}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString())
  if (!parts) throw new RangeError('not a cursor of this list: take nextCursor of the page before, unchanged')
  return { raisedAt: Number(parts[1]), id: parts[2] }
}
