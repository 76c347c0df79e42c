import { constants } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import { ConnectionBound } from './connection-bound.ts'
import type { EdgeLimits } from './edge-limits.ts'
import { type EdgeTlsConfig, TlsFiles, type TlsStatus } from './edge-tls.ts'

export interface ListenersOptions {
  readonly host: string
  readonly port: number
  readonly tls?: EdgeTlsConfig | undefined
  readonly limits: Pick<EdgeLimits, 'connections' | 'connectMilliseconds'>
}

export interface ListenersEvents {
  readonly connected: (socket: Socket) => void
  /** A connection gave way, or was not taken, for there are too many. */
  readonly dropped: (remote: string) => void
  /** No TLS connection came of it. */
  readonly tlsFailed: (remote: string, error: Error) => void
}

export interface EdgeAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** A connection while it may have to give way. */
interface Guest {
  destroy(): void
}

/** The sockets on which the edge listens: plain, TLS, or both while a county changes over. */
export class EdgeListeners {
  readonly #options: ListenersOptions
  readonly #files: TlsFiles | undefined
  readonly #plain: Server | undefined
  readonly #secure: TlsServer | undefined
  readonly #bound: ConnectionBound<Guest>
  readonly #guests = new Map<string, Guest>()

  private constructor(options: ListenersOptions, { connected, dropped, tlsFailed }: ListenersEvents) {
    const { tls, limits } = options
    this.#options = options
    if (tls === undefined || tls.port !== undefined) this.#plain = createServer(connected)
    if (tls !== undefined) {
      this.#files = new TlsFiles(tls)
      this.#secure = createTlsServer(
        {
          ...this.#files.context,
          // a resumed session would be believed without looking at the certificate again
          secureOptions: constants.SSL_OP_NO_TICKET,
          requestCert: tls.clientCertificates !== 'off',
          // who shows none, or a wrong one, is told so by the login
          rejectUnauthorized: false,
          handshakeTimeout: limits.connectMilliseconds,
        },
        connected,
      )
      this.#secure.on('tlsClientError', (error, socket) => {
        tlsFailed(`${socket.remoteAddress}:${socket.remotePort}`, error)
        // Node says that the handshake took too long, and leaves the connection open
        socket.destroy()
      })
    }
    // of no address: a network of gateways may well have one for all
    this.#bound = new ConnectionBound({ connections: limits.connections, connectionsPerAddress: limits.connections })
    for (const server of this.#servers()) server.prependListener('connection', (socket) => this.#admit(socket, dropped))
  }

  static async listen(options: ListenersOptions, events: ListenersEvents): Promise<EdgeListeners> {
    const listeners = new EdgeListeners(options, events)
    const { host, port, tls } = options
    try {
      if (listeners.#plain) await listen(listeners.#plain, host, port)
      if (listeners.#secure) await listen(listeners.#secure, host, tls?.port ?? port)
    } catch (error) {
      for (const server of listeners.#servers()) server.close()
      throw error
    }
    return listeners
  }

  /** The one on mqtt.port first. */
  addresses(): readonly EdgeAddress[] {
    return this.#servers().map((server) => ({ ...addressOf(server), tls: server === this.#secure }))
  }

  /** Takes up certificate files that were changed; connections that are open stay. */
  refresh(): void {
    if (this.#files?.refresh()) this.#secure?.setSecureContext(this.#files.context)
  }

  tls(): TlsStatus | null {
    return this.#files?.status() ?? null
  }

  get clientCertificates(): EdgeTlsConfig['clientCertificates'] {
    return this.#options.tls?.clientCertificates ?? 'off'
  }

  /** It is logged in: it does not give way to others. */
  settled(socket: Socket): void {
    const guest = this.#guests.get(nameOf(socket))
    if (guest) this.#bound.busy(guest)
  }

  #admit(socket: Socket, dropped: ListenersEvents['dropped']): void {
    const name = nameOf(socket)
    const guest: Guest = {
      destroy: () => {
        dropped(`${socket.remoteAddress}:${socket.remotePort}`)
        socket.destroy()
      },
    }
    socket.once('close', () => {
      this.#bound.left(guest)
      if (this.#guests.get(name) === guest) this.#guests.delete(name)
    })
    this.#guests.set(name, guest)
    if (!this.#bound.admit(guest, null)) guest.destroy()
  }

  /** Takes no more; resolves when the last connection has gone. */
  async close(): Promise<void> {
    await Promise.all(this.#servers().map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
  }

  #servers(): Server[] {
    return [this.#plain, this.#secure].filter((server) => server !== undefined)
  }
}

/** A socket before TLS and the one above it have the same. */
function nameOf({ localPort, remoteAddress, remotePort }: Socket): string {
  return `${localPort} ${remoteAddress} ${remotePort}`
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}

function addressOf(server: Server): { host: string; port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the MQTT edge does not listen')
  return { host: address.address, port: address.port }
}
