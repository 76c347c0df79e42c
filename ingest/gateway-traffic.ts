export interface GatewayTraffic {
  readonly gateway: string
  /** Epoch milliseconds. */
  readonly lastSeenAt: number
  readonly packets: number
  readonly bytes: number
}

/** Names come from outside: beyond this many, new ones share one line. */
const MAX_GATEWAYS = 100_000
const OTHERS = '(others)'

/** What each gateway had acknowledged since the start. */
export class TrafficBook {
  readonly #lines = new Map<string, { lastSeenAt: number; packets: number; bytes: number }>()
  #heard = new Map<string, number>()
  packets = 0
  bytes = 0

  count(gateway: string, bytes: number, at: number): void {
    this.packets++
    this.bytes += bytes
    const name = this.#lines.size < MAX_GATEWAYS || this.#lines.has(gateway) ? gateway : OTHERS
    const line = this.#lines.get(name)
    if (line) {
      line.lastSeenAt = at
      line.packets++
      line.bytes += bytes
    } else {
      this.#lines.set(name, { lastSeenAt: at, packets: 1, bytes })
    }
    this.#heard.set(name, at)
  }

  lines(): readonly GatewayTraffic[] {
    return [...this.#lines].map(([gateway, line]) => ({ gateway, ...line }))
  }

  /** Gateways heard since the last call, with the time. */
  takeHeard(): ReadonlyMap<string, number> {
    const heard = this.#heard
    this.#heard = new Map()
    return heard
  }
}
