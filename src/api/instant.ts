import { z } from 'zod'

/** An instant as the API gives it: UTC, ISO 8601. */
export const Instant = z.iso.datetime()

/** Epoch milliseconds to an ISO instant in whole seconds. */
export function instantOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

/** A query's instant, with any offset. */
export const QueryInstant = z.iso.datetime({
  offset: true,
  error: 'ISO 8601 with an offset, such as 2026-11-24T00:00:00+08:00 or …Z',
})
