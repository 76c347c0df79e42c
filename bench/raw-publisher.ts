import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * The least MQTT 3.1.1 client that publishes with QoS 1: no queue, no retry, acknowledgements counted as they come.
 * What a fault test or a latency measurement needs is exactly what a client library hides.
 */
export class RawPublisher {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (acknowledged: boolean) => void>()
  #nextId = 1
  #pongs = 0
  #corked = false
  #rest: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const settle of this.#waiting.values()) settle(false)
      this.#waiting.clear()
    })
  }

  /** Logs in; rejects when the connection is refused. */
  static async connect(port: number, name: string, password: string, clientId = name): Promise<RawPublisher> {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    await once(socket, 'connect')
    const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 60])
    const body = Buffer.concat([head, text(clientId), text(name), text(password)])
    socket.write(Buffer.concat([header(0x10, body.length), body]))
    const code = await connackCode(socket)
    if (code !== 0) {
      socket.destroy()
      throw new Error(code === undefined ? 'closed without an answer' : `refused with code ${code}`)
    }
    return new RawPublisher(socket)
  }

  get inFlight(): number {
    return this.#waiting.size
  }

  /** Answers to `ping` so far. */
  get pongs(): number {
    return this.#pongs
  }

  get closed(): boolean {
    return this.#socket.destroyed
  }

  /** Resolves true when acknowledged, false when the connection went before. */
  publish(topic: string, payload: Uint8Array): Promise<boolean> {
    if (this.#socket.destroyed) return Promise.resolve(false)
    const messageId = this.#nextId
    this.#nextId = messageId === 65_535 ? 1 : messageId + 1
    const bodyBytes = 2 + Buffer.byteLength(topic) + 2 + payload.length
    const acknowledged = new Promise<boolean>((resolve) => this.#waiting.set(messageId, resolve))
    // packets of one turn leave in one write
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#socket.uncork()
      })
    }
    this.#socket.write(
      Buffer.concat([header(0x32, bodyBytes), text(topic), Buffer.from([messageId >> 8, messageId & 0xff]), payload]),
    )
    return acknowledged
  }

  /** Asks for an answer, as the keepalive does. */
  ping(): void {
    this.#socket.write(Buffer.from([0xc0, 0]))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = 0
    while (at + 2 <= bytes.length && at + 2 + bytes[at + 1] <= bytes.length) {
      if (bytes[at] === 0xd0) this.#pongs++
      if (bytes[at] === 0x40) {
        const messageId = bytes.readUInt16BE(at + 2)
        this.#waiting.get(messageId)?.(true)
        this.#waiting.delete(messageId)
      }
      at += 2 + bytes[at + 1]
    }
    this.#rest = bytes.subarray(at)
  }
}

function connackCode(socket: Socket): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.once('data', (answer: Buffer) => resolve(answer[0] === 0x20 ? answer[3] : undefined))
    socket.once('error', () => resolve(undefined))
    socket.once('close', () => resolve(undefined))
  })
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function header(type: number, length: number): Buffer {
  const bytes = [type]
  let left = length
  do {
    const low = left % 128
    left = Math.floor(left / 128)
    bytes.push(left > 0 ? low | 0x80 : low)
  } while (left > 0)
  return Buffer.from(bytes)
}
