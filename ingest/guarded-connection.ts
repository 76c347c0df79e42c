import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { PacketGuard } from './packet-guard.ts'

export interface ConnectionLimits {
  /** Largest packet before the login is accepted, bytes. */
  readonly loginBytes: number
  /** Largest packet afterwards, bytes. */
  readonly packetBytes: number
}

const CONNECT = 1
const PINGRESP = Buffer.from([0xd0, 0])

/**
 * The broker's view of a socket. Only a first CONNECT passes until `accept` is called; what was sent with it waits, unread.
 * Pings are answered here, so that a gateway stays connected while its packets wait for a full disk.
 * Acknowledgements of one turn leave in one write.
 */
export class GuardedConnection extends Duplex {
  readonly remote: string
  readonly socket: Socket
  readonly #guard: PacketGuard
  readonly #limits: ConnectionLimits
  #state: 'login' | 'waiting' | 'accepted' = 'login'
  #held: Buffer[] = []

  constructor(socket: Socket, limits: ConnectionLimits) {
    super({ readableHighWaterMark: 64 * 1024, allowHalfOpen: false, emitClose: true })
    this.socket = socket
    this.#limits = limits
    this.#guard = new PacketGuard(limits.loginBytes)
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** The login holds: what waited passes, and larger packets are taken. */
  accept(): void {
    if (this.#state === 'accepted') return
    this.#state = 'accepted'
    this.#guard.limit = this.#limits.packetBytes
    const held = this.#held
    this.#held = []
    for (const chunk of held) this.#take(chunk)
    this.socket.resume()
  }

  /** Drops a client from which nothing came for so long, unless it is we who do not read. */
  dropWhenSilent(milliseconds: number): void {
    this.socket.setTimeout(milliseconds)
    this.socket.on('timeout', () => {
      if (this.socket.isPaused()) this.socket.setTimeout(milliseconds)
      else this.destroy(new Error(`nothing was heard for ${Math.round(milliseconds / 1_000)} s`))
    })
  }

  override _read(): void {
    if (this.#state !== 'waiting') this.socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held = []
    if (error) this.socket.destroy()
    else this.socket.destroySoon()
    done(error)
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return
    if (this.#state === 'waiting') {
      this.#held.push(chunk)
      this.socket.pause()
      return
    }
    try {
      this.#pass(chunk)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #pass(chunk: Buffer): void {
    if (this.#state === 'accepted') {
      this.#guard.follow(chunk, 0, false)
      if (!this.#pushWithoutPings(chunk)) this.socket.pause()
      return
    }
    if (this.#guard.idle && chunk[0] >> 4 !== CONNECT)
      throw new Error('the first packet is not CONNECT: this is not MQTT, or TLS on the plain port')
    const end = this.#guard.follow(chunk, 0, true)
    if (this.#guard.idle) this.#state = 'waiting'
    this.push(chunk.subarray(0, end))
    if (end < chunk.length) this.#held.push(chunk.subarray(end))
    if (this.#state === 'waiting') this.socket.pause()
  }

  #pushWithoutPings(chunk: Buffer): boolean {
    let from = 0
    for (const ping of this.#guard.pings) {
      if (ping > from) this.push(chunk.subarray(from, ping))
      this.write(PINGRESP)
      from = ping + 2
    }
    return from < chunk.length ? this.push(chunk.subarray(from)) : this.readableLength < this.readableHighWaterMark
  }
}
