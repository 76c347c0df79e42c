import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP proxy between two ends on loopback that can be slow, in pieces, silent, or gone in the middle of a packet. */
export class TcpProxy {
  readonly #server: Server
  readonly #target: number
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  /** Added to each piece, both ways. */
  delayMs = 0
  /** Bytes of a piece; whole chunks when 0. */
  sliceBytes = 0
  /** Nothing passes any more, and nobody is told. */
  silent = false
  /** It falls silent behind the piece in which the near end says this: the far end hears it and is heard no more. */
  lastWords: string | undefined

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((near) => this.#join(near))
  }

  static async listen(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen')
    return address.port
  }

  /** Ends all connections with a reset: what was under way is cut where it stands. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.reset()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1')
    const pair = [near, far] as const
    this.#pairs.add(pair)
    near.on('data', (chunk) => {
      if (this.lastWords === undefined || !chunk.includes(this.lastWords) || this.silent) return
      far.write(chunk)
      this.silent = true
    })
    this.#pass(near, far)
    this.#pass(far, near)
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
  }

  #pass(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (this.silent) return
      const step = this.sliceBytes || chunk.length
      for (let at = 0; at < chunk.length; at += step) {
        const piece = chunk.subarray(at, at + step)
        if (this.delayMs > 0) setTimeout(() => to.write(piece), this.delayMs)
        else to.write(piece)
      }
    })
  }
}
