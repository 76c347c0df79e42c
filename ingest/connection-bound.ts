/** Connections that a listener holds at most: in all, and of one address. */
export interface ConnectionLimits {
  readonly connections: number
  readonly connectionsPerAddress: number
}

/** The connections of one address. */
interface House<Connection> {
  readonly address: string | null
  open: number
  readonly idle: Set<Connection>
}

/**
 * A bound that locks nobody out: when it is reached, who comes is let in, and instead of them the connection goes that has asked
 * for nothing for the longest time; one of the same address when that has reached its own bound. Whoever holds connections only
 * to hold them loses them to those who say something at once.
 */
export class ConnectionBound<Connection extends { destroy(): unknown }> {
  readonly #limits: ConnectionLimits
  readonly #open = new Map<Connection, House<Connection>>()
  /** Those that have asked for nothing, the longest waiting first. */
  readonly #idle = new Set<Connection>()
  readonly #houses = new Map<string, House<Connection>>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Idle at first. False when it is not let in: all others are at something. An address of null is many, without a bound of their own. */
  admit(connection: Connection, address: string | null): boolean {
    const house = (address === null ? undefined : this.#houses.get(address)) ?? { address, open: 0, idle: new Set() }
    const houseIsFull = address !== null && house.open >= this.#limits.connectionsPerAddress
    if (houseIsFull || this.#open.size >= this.#limits.connections) {
      const [leaving] = houseIsFull ? house.idle : this.#idle
      if (leaving === undefined) return false
      this.left(leaving)
      leaving.destroy()
    }
    house.open++
    if (address !== null) this.#houses.set(address, house)
    this.#open.set(connection, house)
    this.idle(connection)
    return true
  }

  /** It asked for something that is being done: it is not sent away. */
  busy(connection: Connection): void {
    this.#idle.delete(connection)
    this.#open.get(connection)?.idle.delete(connection)
  }

  /** It has what it asked for. */
  idle(connection: Connection): void {
    const house = this.#open.get(connection)
    if (!house) return
    this.busy(connection)
    this.#idle.add(connection)
    house.idle.add(connection)
  }

  left(connection: Connection): void {
    const house = this.#open.get(connection)
    if (!house) return
    this.busy(connection)
    this.#open.delete(connection)
    house.open--
    if (house.open === 0 && house.address !== null) this.#houses.delete(house.address)
  }
}
