import { HttpError, type InfluxDB, RequestTimedOutError } from '@influxdata/influxdb-client'
import { StoreUnavailable } from './store-unavailable.ts'

export interface InfluxPlace {
  readonly url: string
  readonly org: string
  readonly bucket: string
}

/** What became of some lines: taken, or refused as they stand, which sending again will not change. */
export type WriteOutcome =
  | { readonly outcome: 'taken' }
  /** `dropped` counts the refused lines when the server says how many; it has stored the others. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly dropped: number | undefined }

/**
 * One request, one answer: writes lines through the client's transport and waits for the server's 204. The client's own
 * WriteApi is not used, because it answers before the server does and drops what it could not send.
 * Rejects with StoreUnavailable whenever the lines may have to be sent again.
 */
export async function writeLines(client: InfluxDB, place: InfluxPlace, lines: string): Promise<WriteOutcome> {
  const query = new URLSearchParams({ org: place.org, bucket: place.bucket, precision: 's' })
  try {
    await client.transport.request(`/api/v2/write?${query}`, lines, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8', accept: 'application/json' },
    })
    return { outcome: 'taken' }
  } catch (error) {
    // 400: a line cannot be parsed; 413: too much at once; 422: a value does not fit the bucket (type, retention).
    if (error instanceof HttpError && [400, 413, 422].includes(error.statusCode)) {
      const reason = messageOf(error)
      const dropped = /dropped=(\d+)/.exec(reason)?.[1]
      return { outcome: 'refused', reason, dropped: dropped === undefined ? undefined : Number(dropped) }
    }
    throw unavailable(error, place)
  }
}

/** An error of the client as what it means and what to do. */
export function unavailable(error: unknown, { url, org, bucket }: InfluxPlace): StoreUnavailable {
  const at = `InfluxDB at ${url}`
  if (error instanceof HttpError) {
    const wait = Math.max(0, error.retryAfter())
    const said = `${error.statusCode} ${messageOf(error)}`
    switch (error.statusCode) {
      case 401:
      case 403:
        return new StoreUnavailable(
          'unauthorised',
          `${at} refuses the token (${said})`,
          `Give store.token read and write access to bucket ${bucket} of organisation ${org}`,
          wait,
          error,
        )
      case 404:
        return new StoreUnavailable(
          'not-found',
          `${at} does not know the organisation or bucket (${said})`,
          `Create bucket ${bucket} in organisation ${org}, or correct store.org and store.bucket`,
          wait,
          error,
        )
      case 429:
      case 503:
        return new StoreUnavailable(
          'overloaded',
          `${at} is overloaded (${said})`,
          'Nothing is lost: it is sent again. When it lasts, give InfluxDB more memory or disk speed',
          wait,
          error,
        )
    }
    return new StoreUnavailable('failed', `${at} failed (${said})`, "Read InfluxDB's log; it is sent again", wait, error)
  }
  if (error instanceof RequestTimedOutError) {
    return new StoreUnavailable('timeout', `${at} did not answer in time`, 'Check its load and disk; it is sent again', 0, error)
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new StoreUnavailable('unreachable', `${at} cannot be reached (${reason})`, 'Start it, or correct store.url', 0, error)
}

function messageOf(error: HttpError): string {
  const { json } = error
  const message = typeof json === 'object' && json !== null && typeof json.message === 'string' ? json.message : error.message
  return message.slice(0, 500)
}
