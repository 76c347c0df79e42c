/** The database server cannot be asked at the moment. Nothing may be assumed of what was sent: it is sent again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  /** The API's answer meanwhile. */
  readonly statusCode = 503
  readonly code = 'database'
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown), 55P03 (lock not free), 40 (rolled back: try again). */
const PASSING = /^(08|53|57P|55P03|40)/

/** Of errors of `pg`: the server is away, stops, starts, or has no room; anything else is a fault of ours. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isUnavailable)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/^(ECONN|EHOST|ENET|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND)/.test(code)) return true
  return /^[0-9A-Z]{5}$/.test(code)
    ? PASSING.test(code)
    : /connection terminated|timeout|connection error|not queryable/i.test(error.message)
}
