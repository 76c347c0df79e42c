import type { IPublishPacket } from 'mqtt-packet'
import { BrokerConnection } from './broker-connection.ts'
import type { TrafficBook } from './gateway-traffic.ts'
import { appendUntilDurable } from './insistent-append.ts'
import type { JournalWriter } from './journal.ts'
import type { SourceOptions } from './receiver-options.ts'
import type { SourceStatus } from './receiver-status.ts'
import type { TopicRules } from './topic-rule.ts'

/** What is remembered across restarts; times are epoch milliseconds. */
export interface SessionMemory {
  /** When the broker was last known to keep our session. */
  read(): number | undefined
  write(at: number): void
  /** Gateways that came through the broker, and when the last time. */
  heard(times: ReadonlyMap<string, number>): void
  /** The broker had forgotten the session. */
  gap(from: number, to: number): void
}

export interface MqttSourceOptions {
  readonly config: SourceOptions
  readonly rules: TopicRules
  readonly journal: Pick<JournalWriter, 'append'>
  readonly traffic: TrafficBook
  readonly session: SessionMemory
  readonly appendFailed: (error: unknown) => void
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 30_000
/** A connection that lived so long was a good one: the next wait is short again. */
const GOOD_CONNECTION = 10_000
const REMEMBER_MILLISECONDS = 10_000
/** So many connections in a row that were over at once mean that somebody ends them. */
const SUSPICIOUS_ENDS = 3

/**
 * Consumes from an external broker with a persistent session, and acknowledges a message only when the journal has it on disk.
 * Messages are taken and committed in parallel; the usual client library either acknowledges before we are done or takes one
 * message at a time, see docs/decisions/0002-own-consumer-for-external-brokers.md.
 */
export class MqttSource {
  readonly #options: MqttSourceOptions
  readonly #filters: readonly string[]
  #connection: BrokerConnection | undefined
  #state: SourceStatus['state'] = 'connecting'
  #connectedAt: number | null = null
  #reconnects = 0
  #lastError: SourceStatus['lastError'] = null
  #waitMilliseconds = FIRST_WAIT
  #retry: NodeJS.Timeout | undefined
  #heard = new Map<string, number>()
  #shortConnections = 0
  readonly #remember: NodeJS.Timeout

  /** Begins to connect and goes on for ever; how it fares is in `status`. */
  constructor(options: MqttSourceOptions) {
    const { config, rules } = options
    this.#options = options
    this.#filters = rules.filters.map((filter) => (config.shareGroup ? `$share/${config.shareGroup}/${filter}` : filter))
    this.#remember = setInterval(() => {
      if (this.#state === 'connected') options.session.write(Date.now())
      this.#tellHeard()
    }, REMEMBER_MILLISECONDS)
    this.#connect()
  }

  status(): SourceStatus {
    return {
      state: this.#state,
      connectedAt: this.#connectedAt,
      reconnects: this.#reconnects,
      lastError: this.#lastError,
    }
  }

  async close(patienceMilliseconds: number): Promise<void> {
    const connected = this.#state === 'connected'
    this.#state = 'closed'
    clearTimeout(this.#retry)
    clearInterval(this.#remember)
    await this.#connection?.close(patienceMilliseconds)
    if (connected) this.#options.session.write(Date.now())
    this.#tellHeard()
  }

  #tellHeard(): void {
    const heard = this.#heard
    this.#heard = new Map()
    this.#options.session.heard(heard)
  }

  #connect(): void {
    this.#state = 'connecting'
    const startedAt = performance.now()
    let open = true
    this.#connection = new BrokerConnection(this.#options.config, this.#filters, {
      subscribed: (sessionPresent) => this.#connected(sessionPresent),
      message: (message, acknowledge) => this.#take(message, acknowledge, () => open),
      closed: (error) => {
        open = false
        this.#disconnected(error, performance.now() - startedAt)
      },
    })
  }

  #connected(sessionPresent: boolean): void {
    const { session } = this.#options
    const now = Date.now()
    const from = session.read()
    if (!sessionPresent && from !== undefined) {
      this.#tellHeard()
      session.gap(from, now)
    }
    session.write(now)
    this.#state = 'connected'
    this.#connectedAt = now
  }

  #disconnected(error: Error, livedMilliseconds: number): void {
    if (this.#state === 'closed') return
    const short = this.#state === 'connected' && livedMilliseconds < GOOD_CONNECTION
    this.#shortConnections = short ? this.#shortConnections + 1 : 0
    this.#lastError = { at: Date.now(), message: `${error.message}${this.#suspicion()}` }
    this.#state = 'waiting'
    this.#connectedAt = null
    this.#reconnects++
    if (livedMilliseconds > GOOD_CONNECTION) this.#waitMilliseconds = FIRST_WAIT
    // jitter, so that a county's services do not all come back in the same instant
    this.#retry = setTimeout(() => this.#connect(), this.#waitMilliseconds * (0.5 + Math.random() / 2))
    this.#waitMilliseconds = Math.min(this.#waitMilliseconds * 2, LONGEST_WAIT)
  }

  /** MQTT 3.1.1 has no way to say why a connection ends, and not every broker of MQTT 5 says it. */
  #suspicion(): string {
    if (this.#shortConnections < SUSPICIOUS_ENDS) return ''
    return `, ${this.#shortConnections} times in a row soon after the login: perhaps another client uses the client id ${this.#options.config.clientId}; each copy needs a broker.clientId of its own`
  }

  #take(message: IPublishPacket, acknowledge: () => void, isOpen: () => boolean): void {
    const { rules, journal, traffic, appendFailed } = this.#options
    const { topic } = message
    const gateway = rules.gatewayOf(topic) ?? '(unknown)'
    const payload = typeof message.payload === 'string' ? Buffer.from(message.payload) : message.payload
    const receivedAt = Date.now()
    appendUntilDurable(
      journal,
      { gateway, topic, payload, receivedAt },
      isOpen,
      () => {
        traffic.count(gateway, payload.length, receivedAt)
        this.#heard.set(gateway, receivedAt)
        acknowledge()
      },
      appendFailed,
    )
  }
}
