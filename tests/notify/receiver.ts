/** Somebody else's receiver: a real server that checks each signature with the reference library, and breaks as it is told to. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import type { CertificateFiles } from '../servers/certificates.ts'

export const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const Told = z.strictObject({ id: z.string(), type: z.string(), timestamp: z.iso.datetime(), data: Alert })
type Told = z.infer<typeof Told>

/** Instead of taking it. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void

export interface ReceiverOptions {
  readonly host?: string
  readonly port?: number
  readonly tls?: CertificateFiles
}

export class Receiver {
  /** What it was sent and did not break at, in the order it came. */
  readonly taken: Told[] = []
  /** Ids of all that it was sent, and when (milliseconds of a clock that only goes forward). */
  readonly tries: { readonly id: string; readonly at: number }[] = []
  /** What came with a signature that does not hold, or in a form that is none. */
  readonly wrong: string[] = []
  readonly userAgents = new Set<string | undefined>()
  connections = 0
  /** For the next requests, one each. */
  readonly faults: Fault[] = []
  /** For all that come when there is none for the next. */
  always: Fault | undefined
  readonly #server: Server
  readonly #tls: boolean

  private constructor({ tls }: ReceiverOptions) {
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response)
    this.#tls = tls !== undefined
    this.#server = tls
      ? createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, answer)
      : createServer(answer)
    this.#server.on('connection', () => this.connections++)
  }

  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = new Receiver(options)
    receiver.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get url(): string {
    return `http${this.#tls ? 's' : ''}://127.0.0.1:${this.port}/alerts`
  }

  get told(): string[] {
    return this.taken.map(({ type, data }) => `${type.slice('alert.'.length)} ${data.id}`)
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces).toString()
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => String(request.headers[`webhook-${name}`]))
    this.tries.push({ id, at: performance.now() })
    this.userAgents.add(request.headers['user-agent'])
    try {
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
      const told = Told.parse(new Webhook(KEY).verify(body, headers))
      if (told.id !== id || request.method !== 'POST') throw new Error(`${request.method} of ${told.id} as ${id}`)
      const fault = this.faults.shift() ?? this.always
      if (fault !== undefined) return fault(request, response)
      this.taken.push(told)
      response.writeHead(204).end()
    } catch (error) {
      this.wrong.push(String(error))
      response.writeHead(400).end()
    }
  }
}
