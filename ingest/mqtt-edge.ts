import { createServer, type Server } from 'node:net'
import type { Client, ConnectPacket, PublishPacket } from 'aedes'
import { crashPoint } from './crash-point.ts'
import type { EdgeLimits } from './edge-limits.ts'
import type { GatewayDirectory } from './gateway-directory.ts'
import type { TrafficBook } from './gateway-traffic.ts'
import { GuardedConnection } from './guarded-connection.ts'
import { appendUntilDurable } from './insistent-append.ts'
import type { JournalWriter } from './journal.ts'
import { JournalBroker } from './journal-broker.ts'
import { PacketTooLarge } from './packet-guard.ts'
import type { RefusalCode, RefusalLog } from './refusal-log.ts'
import type { TopicRules } from './topic-rule.ts'

export interface EdgeOptions {
  readonly host: string
  readonly port: number
  readonly limits: EdgeLimits
  readonly rules: TopicRules
  readonly journal: Pick<JournalWriter, 'append'>
  readonly directory: GatewayDirectory
  readonly traffic: TrafficBook
  readonly refusals: RefusalLog
  readonly appendFailed: (error: unknown) => void
}

/** What the edge knows about a connection. */
interface Session {
  readonly will: string | undefined
  readonly remote: string
  /** Who is logged in, or tries to. */
  readonly gateway: string
}

/** Said on the wire and in the refusal log already. `returnCode` as in MQTT 3.1.1 §3.2.2.3. */
class Refused extends Error {
  override readonly name = 'Refused'
  readonly returnCode = 5
}

/**
 * The built-in MQTT 3.1.1 edge. A PUBACK leaves only when the packet is on disk: the broker acknowledges after
 * `authorizePublish`, so that is where the journal's commit is waited for. A connection is read on only when all packets
 * of the last read are on disk: who sends faster than the disk, or while it is full, is slowed down, and nobody else is.
 */
export class MqttEdge {
  readonly #options: EdgeOptions
  readonly #broker: JournalBroker
  readonly #server: Server
  readonly #open = new Set<GuardedConnection>()
  readonly #sessions = new WeakMap<Client, Session>()
  readonly #connections = new Map<string, Set<Client>>()
  #pending = 0
  #revocations: NodeJS.Timeout | undefined
  #directoryVersion = 0

  private constructor(options: EdgeOptions) {
    const { limits } = options
    this.#options = options
    this.#broker = new JournalBroker({
      connectTimeout: limits.connectMilliseconds,
      drainTimeout: limits.drainMilliseconds,
      concurrency: 1_000,
      heartbeatInterval: 3_600_000,
      preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
      authenticate: (client, name, password, done) => {
        const refused = this.#logIn(client, name ?? '', password)
        done(refused, refused === null)
      },
      authorizePublish: (client, packet, done) => this.#publish(client, packet, done),
      authorizeSubscribe: (client, { topic }, done) => {
        this.#refuse(client, 'subscribe', topic, 'gateways may only publish')
        done(null, null)
      },
    })
    this.#server = createServer((socket) => {
      const connection = new GuardedConnection(socket, limits)
      this.#open.add(connection)
      connection.once('close', () => this.#open.delete(connection))
      this.#broker.handle(connection)
    })
    this.#server.maxConnections = limits.connections
    this.#server.on('drop', (data) => {
      this.#options.refusals.add({
        at: Date.now(),
        gateway: '',
        remote: `${data?.remoteAddress}:${data?.remotePort}`,
        topic: '',
        code: 'too-many-connections',
        reason: `there are ${limits.connections} connections already`,
      })
    })
    this.#broker.on('clientReady', (client) => {
      if (client.conn instanceof GuardedConnection) client.conn.accept()
    })
    this.#broker.on('clientDisconnect', (client) => this.#forget(client))
    this.#broker.on('clientError', (client, error) => this.#failed(client, error))
    this.#broker.on('connectionError', (client, error) => this.#failed(client, error))
  }

  static async listen(options: EdgeOptions): Promise<MqttEdge> {
    const edge = new MqttEdge(options)
    await edge.#broker.listen()
    await new Promise<void>((resolve, reject) => {
      edge.#server.once('error', reject)
      edge.#server.listen(options.port, options.host, () => resolve())
    })
    edge.#directoryVersion = options.directory.version()
    edge.#revocations = setInterval(() => edge.#dropRevoked(), 200)
    return edge
  }

  get address(): { host: string; port: number } {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the MQTT edge does not listen')
    return { host: address.address, port: address.port }
  }

  get connections(): number {
    return this.#broker.connectedClients
  }

  /** Takes no more, lets what is being committed be acknowledged (at most `patience`), closes. */
  async close(patienceMilliseconds: number): Promise<void> {
    clearInterval(this.#revocations)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const deadline = performance.now() + patienceMilliseconds
    while (this.#pending > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()))
    // the broker does not know those that have not logged in
    for (const connection of this.#open) connection.destroy()
    await closed
  }

  #preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const { conn } = client
    const remote = conn instanceof GuardedConnection ? conn.remote : ''
    this.#sessions.set(client, { will: packet.will?.topic, remote, gateway: packet.username ?? '' })
    // MQTT 3.1.1 §3.1.2.10, kept by the connection: the broker would count the time in which we do not read
    const { keepaliveSeconds } = this.#options.limits
    const seconds = Math.min(packet.keepalive || keepaliveSeconds, keepaliveSeconds)
    if (conn instanceof GuardedConnection) conn.dropWhenSilent(seconds * 1_500)
    packet.keepalive = 0
    done(null, true)
  }

  #logIn(client: Client, name: string, password: Uint8Array | undefined): Refused | null {
    const { directory, rules, limits } = this.#options
    const session = this.#sessions.get(client)
    if (!session) return new Refused('no CONNECT')
    if (!password || !directory.verify(name, password)) {
      return directory.isRegistered(name)
        ? this.#refuse(client, 'wrong-password', '', `the password of gateway "${name}" does not hold`)
        : this.#refuse(client, 'unknown-gateway', '', `no gateway "${name}": register it with adit gateway add`)
    }
    if (session.will !== undefined && rules.gatewayOf(session.will) !== name) {
      return this.#refuse(client, 'wrong-will', session.will, `the will's topic is not below the own name "${name}"`)
    }
    const connections = this.#connections.get(name) ?? new Set()
    if (connections.size >= limits.connectionsPerGateway) {
      return this.#refuse(client, 'too-many-connections', '', `gateway "${name}" has ${connections.size} connections already`)
    }
    connections.add(client)
    this.#connections.set(name, connections)
    // a client id is the gateway's own: nobody can take over another's session
    client.id = `${name}/${client.id}`
    return null
  }

  #publish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const { rules, journal, traffic, appendFailed } = this.#options
    const session = client ? this.#sessions.get(client) : undefined
    if (!client || !session) {
      done(new Refused('nobody is logged in'))
      return
    }
    const { topic } = packet
    if (rules.gatewayOf(topic) !== session.gateway) {
      done(
        this.#refuse(
          client,
          'wrong-topic',
          topic,
          `gateway "${session.gateway}" may publish to ${rules.topicsOf(session.gateway)}`,
        ),
      )
      return
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const receivedAt = Date.now()
    this.#pending++
    crashPoint('packet-received')
    appendUntilDurable(
      journal,
      { gateway: session.gateway, topic, payload, receivedAt },
      () => {
        if (!client.closed) return true
        this.#pending--
        return false
      },
      () => {
        this.#pending--
        traffic.count(session.gateway, payload.length, receivedAt)
        done(null)
        crashPoint('puback-given')
      },
      appendFailed,
    )
  }

  #refuse(client: Client, code: RefusalCode, topic: string, reason: string): Refused {
    const { gateway = '', remote = '' } = this.#sessions.get(client) ?? {}
    this.#options.refusals.add({ at: Date.now(), gateway, remote, topic, code, reason })
    return new Refused(reason)
  }

  #failed(client: Client, error: Error): void {
    this.#forget(client)
    if (error instanceof Refused || ('code' in error && error.code === 'ECONNRESET')) return
    const reason = error.message === 'unacceptable protocol version' ? 'the edge speaks MQTT 3.1.1, not 5' : error.message
    this.#refuse(client, error instanceof PacketTooLarge ? 'too-large' : 'protocol', '', reason)
  }

  #forget(client: Client): void {
    const gateway = this.#sessions.get(client)?.gateway ?? ''
    const connections = this.#connections.get(gateway)
    if (connections?.delete(client) && connections.size === 0) this.#connections.delete(gateway)
  }

  #dropRevoked(): void {
    const { directory } = this.#options
    const version = directory.version()
    if (version === this.#directoryVersion) return
    this.#directoryVersion = version
    for (const [gateway, connections] of this.#connections) {
      if (directory.isRegistered(gateway)) continue
      for (const client of connections) client.close()
    }
  }
}
