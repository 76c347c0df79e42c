/** One try to hand an event over. It goes to an address that was looked at, follows no redirect and reads next to nothing. */
import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { lookupOf, type Resolve, reachableAddresses } from './reachable-address.ts'
import { signatureOf } from './sign-webhook.ts'
import type { WebhookConfig } from './webhook-config.ts'

export interface Message {
  /** The same whenever it is sent again. */
  readonly id: string
  readonly body: string
}

export type Delivery =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs: number }

export interface PostOptions {
  readonly resolve: Resolve
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly timeoutMs: number
  readonly userAgent: string
}

const MOST_HEADER_BYTES = 8_192
/** Of an answer that nobody looks at: what a receiver says in a line still arrives there in peace. */
const MOST_BODY_BYTES = 4_096
const MOST_RETRY_AFTER_MS = 6 * 3_600_000

/** Never rejects: what keeps it from being delivered is the outcome. */
export async function postWebhook(
  webhook: WebhookConfig,
  message: Message,
  options: PostOptions,
  signal: AbortSignal,
): Promise<Delivery> {
  const patience = AbortSignal.timeout(options.timeoutMs)
  const until = AbortSignal.any([signal, patience])
  try {
    const answer = await Promise.race([answerOf(webhook, message, options, until), aborted(until)])
    return deliveryOf(answer, options.now())
  } catch (error) {
    const reason = patience.aborted ? `no answer within ${options.timeoutMs / 1_000} s` : reasonOf(error)
    return { outcome: 'failed', reason, retryAfterMs: 0 }
  }
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
}

async function answerOf(
  { url, secret, allowPrivate, ca }: WebhookConfig,
  { id, body }: Message,
  { resolve, now, userAgent }: PostOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const target = new URL(url)
  const addresses = await reachableAddresses(target.hostname, allowPrivate, resolve)
  const seconds = Math.floor(now() / 1_000)
  const options = {
    ...{ method: 'POST', agent: false, signal, maxHeaderSize: MOST_HEADER_BYTES, lookup: lookupOf(addresses) },
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': userAgent,
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': signatureOf(secret, id, seconds, body),
    },
  }
  return await new Promise((resolveAnswer, reject) => {
    const take = (response: IncomingMessage) => {
      passOver(response, sent)
      resolveAnswer({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] })
    }
    const sent: ClientRequest =
      target.protocol === 'https:'
        ? overTls(target, { ...options, ...(ca !== undefined && { ca }) }, take)
        : overHttp(target, options, take)
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The status is the answer. */
function passOver(response: IncomingMessage, sent: ClientRequest): void {
  let bytes = 0
  response.on('error', () => {})
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) sent.destroy()
  })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

/** Standard Webhooks 1.0, "Delivery success and failure". */
function deliveryOf({ status, retryAfter }: Answer, now: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  if (status === 410) return { outcome: 'gone' }
  const reason =
    status >= 300 && status < 400
      ? `answered ${status}: redirects are not followed, put the address that is meant into the configuration`
      : `answered ${status}`
  return { outcome: 'failed', reason, retryAfterMs: retryAfterMs(retryAfter, now) }
}

/** RFC 9110 §10.2.3: seconds or a date. */
function retryAfterMs(text: string | undefined, now: number): number {
  if (text === undefined) return 0
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MOST_RETRY_AFTER_MS) : 0
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
