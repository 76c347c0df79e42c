/**
 * Watches the sizes of MQTT control packets in a byte stream, before anything of a packet is buffered.
 * The broker behind it takes any size the protocol can say (256 MB), even from someone who has not logged in:
 * four such sockets once took 750 MB.
 */
export class PacketGuard {
  /** Largest packet in bytes, its header not counted. */
  limit: number
  /** Bytes of the current packet's body still to come. */
  #left = 0
  /** Bytes of the current packet's header seen so far; 0 between packets. */
  #header = 0
  #length = 0
  /** Where, in the chunk followed last, whole PINGREQ packets (two bytes) begin. */
  pings: number[] = []
  /** Where in this chunk a PINGREQ may have begun. */
  #ping = NOWHERE

  constructor(limit: number) {
    this.limit = limit
  }

  /** True between two packets. */
  get idle(): boolean {
    return this.#header === 0 && this.#left === 0
  }

  /**
   * Follows the chunk from `start`; returns where its first complete packet ends when `firstOnly`, otherwise its length.
   * Throws PacketTooLarge, or MalformedLength when the length is none (MQTT 3.1.1 §2.2.3).
   */
  follow(chunk: Uint8Array, start: number, firstOnly: boolean): number {
    let at = start
    this.pings = []
    this.#ping = NOWHERE
    while (at < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at)
        this.#left -= step
        at += step
        if (this.#left === 0 && firstOnly) return at
        continue
      }
      const byte = chunk[at++]
      if (this.#header === 0) {
        this.#header = 1
        this.#length = 0
        this.#ping = byte === PINGREQ ? at - 1 : NOWHERE
        continue
      }
      if (this.#header === 5) throw new MalformedLength()
      this.#length += (byte & 0x7f) * 128 ** (this.#header - 1)
      if (this.#length > this.limit) throw new PacketTooLarge(this.#length, this.limit)
      this.#header++
      if (byte & 0x80) continue
      this.#header = 0
      this.#left = this.#length
      if (this.#ping === at - 2 && this.#length === 0) this.pings.push(this.#ping)
      if (this.#left === 0 && firstOnly) return at
    }
    return at
  }
}

const PINGREQ = 0xc0
const NOWHERE = -2

export class PacketTooLarge extends Error {
  override readonly name = 'PacketTooLarge'

  constructor(bytes: number, limit: number) {
    super(`a packet of at least ${bytes} bytes; at most ${limit} are taken here`)
  }
}

export class MalformedLength extends Error {
  override readonly name = 'MalformedLength'

  constructor() {
    super('the packet length has more than four bytes: this is not MQTT')
  }
}
