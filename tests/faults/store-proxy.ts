/**
 * Stands between the service and a real InfluxDB and does to writes what networks, proxies and servers do. Everything that is
 * not a write passes as it is.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../fixtures/simulator/random.ts'

export const STORE_FAULTS = [
  'down',
  'ten times slower',
  '401',
  '429 with Retry-After',
  '413',
  '503',
  'one bad row',
  'half a response',
  'reset after the commit',
] as const
export type StoreFault = (typeof STORE_FAULTS)[number]

/** What a front server with a small body limit takes. */
const LIMIT_BYTES = 8_192
const TEN_TIMES_MS = 300

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer<ArrayBuffer>
}

export class StoreProxy {
  /** How often each fault was met by a write. */
  readonly met = new Map<StoreFault, number>()
  readonly #badRows: readonly RegExp[]
  readonly #target: URL
  readonly #random: Random
  #server: Server
  #port = 0
  #fault: StoreFault | undefined

  private constructor(target: string, random: Random, badRows: Iterable<string>) {
    this.#target = new URL(target)
    this.#random = random
    this.#badRows = Array.from(badRows, lineOf)
    this.#server = this.#makeServer()
  }

  /** `badRows`: rows that InfluxDB is made to refuse whenever they come, as `USAGE_POINT SECONDS`. */
  static async listen(target: string, random: Random, badRows: Iterable<string>): Promise<StoreProxy> {
    const proxy = new StoreProxy(target, random, badRows)
    await proxy.#open()
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** From now on, until the next. */
  async set(fault: StoreFault | undefined): Promise<void> {
    if (this.#fault === 'down' && fault !== 'down') await this.#open()
    if (this.#fault !== 'down' && fault === 'down') await this.close()
    this.#fault = fault
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #open(): Promise<void> {
    this.#server = this.#makeServer()
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
  }

  #makeServer(): Server {
    return createServer((incoming, outgoing) => {
      this.#pass(incoming, outgoing).catch(() => outgoing.destroy())
    })
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const isWrite = incoming.url?.startsWith('/api/v2/write') ?? false
    const answer = (status: number, headers: Record<string, string> = {}) =>
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"message":"said by the fault proxy"}')
    const forward = async (bytes = body) => {
      const { status, type, body: said } = await this.#ask(incoming, bytes)
      outgoing.writeHead(status, { ...(type !== '' && { 'content-type': type }) }).end(said)
    }
    // a row that is bad stays bad whatever else happens
    const lines = isWrite ? this.#withBadRows(body) : body
    const fault = isWrite ? this.#fault : undefined
    if (fault === undefined || fault === 'one bad row') return await forward(lines)
    // most faults come and go, so that every second write passes
    if (fault !== '401' && fault !== '413' && this.#random.next() < 0.5) return await forward(lines)
    if (fault === '413' && body.length <= LIMIT_BYTES) return await forward(lines)
    this.#meet(fault)
    switch (fault) {
      case 'ten times slower':
        await pause(TEN_TIMES_MS)
        return await forward(lines)
      case '401':
        return void answer(401)
      case '429 with Retry-After':
        return void answer(429, { 'retry-after': '1' })
      case '413':
        return void answer(413)
      case '503':
        return void answer(503)
      case 'half a response':
        await this.#ask(incoming, lines)
        outgoing.socket?.end('HTTP/1.1 204 No Con')
        return
      case 'reset after the commit':
        await this.#ask(incoming, lines)
        outgoing.socket?.resetAndDestroy()
        return
      default:
        return await forward(lines)
    }
  }

  #ask({ method, url, headers }: IncomingMessage, bytes: Buffer<ArrayBuffer>): Promise<Answer> {
    const { 'content-length': _, connection: __, ...rest } = headers
    const sent = request(new URL(url ?? '/', this.#target), { method, headers: { ...rest, 'content-length': bytes.length } })
    return new Promise((resolve, reject) => {
      sent.once('error', reject)
      sent.once('response', (response) => {
        const told = { status: response.statusCode ?? 502, type: response.headers['content-type'] ?? '' }
        buffer(response).then((body) => resolve({ ...told, body }), reject)
      })
      sent.end(bytes)
    })
  }

  /** What comes of a meter with a value that no database takes. */
  #withBadRows(body: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    const text = body.toString()
    let spoiled = text
    for (const line of this.#badRows) spoiled = spoiled.replace(line, '$1x$2')
    if (spoiled === text) return body
    this.#meet('one bad row')
    return Buffer.from(spoiled)
  }

  #meet(fault: StoreFault): void {
    this.met.set(fault, (this.met.get(fault) ?? 0) + 1)
  }
}

function lineOf(row: string): RegExp {
  const [usagePoint, start] = row.split(' ')
  return new RegExp(`(usage_point=${usagePoint} energy_wh=)(\\S+ ${start})$`, 'gm')
}
