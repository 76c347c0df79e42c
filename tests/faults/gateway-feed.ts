import { setTimeout as pause } from 'node:timers/promises'
import type { Life } from './killed-service.ts'
import { gatewayName } from './killed-service.ts'
import type { SentPacket } from './sent-packets.ts'

/** In flight at once, over all gateways: a crash finds so many without an acknowledgement. */
const WINDOW = 150
/** So many of the newest are sent again in each life, as a gateway does that lost its memory. Older ones would come too late to be told from new ones. */
const AGAIN = 10

export interface Sending {
  /** Ends after so many acknowledgements, or so many milliseconds. */
  readonly quota: number
  readonly patience: number
  /** Milliseconds between one window and the next. */
  readonly pause: number
  /** Mostly the newest, again and again: their day gets file after file, and each has a few new readings. */
  readonly repeat: boolean
  /** Ends it, too, with what is in flight. */
  readonly signal?: AbortSignal
  /** What happens when it is enough, while a window is still in flight. */
  readonly atEnd?: () => void
}

/** The gateways' side: sends in order, notes what was acknowledged, sends the rest again to the next life. */
export class GatewayFeed {
  readonly acknowledged: Uint8Array
  readonly sends: Uint16Array
  readonly #packets: readonly SentPacket[]
  readonly #againEachLife: number
  #next = 0
  #again = 0
  #unacknowledged: number[] = []
  acknowledgements = 0
  /** Milliseconds from each publish to its acknowledgement, since whoever measures emptied it. */
  readonly latencies: number[] = []

  /** `again`: how many of the newest each life gets once more; none where a loss of the newest is looked for. */
  constructor(packets: readonly SentPacket[], again = AGAIN) {
    this.#packets = packets
    this.#againEachLife = again
    this.acknowledged = new Uint8Array(packets.length)
    this.sends = new Uint16Array(packets.length)
  }

  /** Packets that were never acknowledged. */
  get left(): number {
    return this.acknowledged.reduce((left, acknowledged) => left - acknowledged, this.acknowledged.length)
  }

  get done(): boolean {
    return this.#next >= this.#packets.length && this.left === 0
  }

  /** Ends, too, when the service dies or there is nothing left to send. */
  async send({ publishers }: Life, { quota, patience, pause: between, repeat, signal, atEnd }: Sending): Promise<void> {
    const enough = this.acknowledgements + quota
    const deadline = performance.now() + patience
    let again = this.#next < AGAIN ? 0 : repeat || this.done ? Number.POSITIVE_INFINITY : this.#againEachLife
    const waiting = new Set<Promise<void>>()
    const alive = () => publishers.every(({ closed }) => !closed)
    const given: number[] = []
    while (alive() && !signal?.aborted && this.acknowledgements < enough && performance.now() < deadline) {
      const next = again-- > 0 && !(repeat && given.length % AGAIN === 0) ? this.#newest() : this.#take()
      const packet = next ?? (repeat ? this.#newest() : undefined)
      if (packet === undefined) break
      given.push(packet)
      const sending = this.#sendOne(publishers, packet).finally(() => waiting.delete(sending))
      waiting.add(sending)
      if (waiting.size >= (repeat ? AGAIN : WINDOW)) {
        await (between > 0 ? Promise.all(waiting) : Promise.race(waiting))
        if (between > 0) await pause(between)
      }
    }
    atEnd?.()
    // what is in flight is acknowledged or lost with the connection
    await Promise.race([Promise.all(waiting), pause(300)])
    this.#unacknowledged.push(...given.filter((packet) => this.acknowledged[packet] === 0))
    this.#unacknowledged.sort((a, b) => a - b)
  }

  /** One of the newest, to be sent again. */
  #newest(): number {
    return this.#next - 1 - (this.#again++ % AGAIN)
  }

  #take(): number | undefined {
    for (let packet = this.#unacknowledged.shift(); packet !== undefined; packet = this.#unacknowledged.shift()) {
      if (this.acknowledged[packet] === 0) return packet
    }
    return this.#next < this.#packets.length ? this.#next++ : undefined
  }

  async #sendOne(publishers: Life['publishers'], packet: number): Promise<void> {
    const { gateway, payload } = this.#packets[packet]
    this.sends[packet]++
    const began = performance.now()
    if (!(await publishers[gateway].publish(`adit/v1/${gatewayName(gateway)}/readings`, Buffer.from(payload)))) return
    this.latencies.push(performance.now() - began)
    this.acknowledgements++
    this.acknowledged[packet] = 1
  }
}
