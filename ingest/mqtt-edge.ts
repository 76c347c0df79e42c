import type { Socket } from 'node:net'
import type { Client, ConnectPacket, PublishPacket } from 'aedes'
import { type ClientCertificate, clientCertificateOf } from './client-certificate.ts'
import { crashPoint } from './crash-point.ts'
import type { EdgeLimits } from './edge-limits.ts'
import { type EdgeAddress, EdgeListeners } from './edge-listeners.ts'
import type { EdgeTlsConfig, TlsStatus } from './edge-tls.ts'
import type { GatewayDirectory } from './gateway-directory.ts'
import { refusalOfLogin } from './gateway-login.ts'
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
  readonly tls?: EdgeTlsConfig | undefined
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
  readonly certificate: ClientCertificate | null
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
  readonly #open = new Set<GuardedConnection>()
  readonly #sessions = new WeakMap<Client, Session>()
  readonly #connections = new Map<string, Set<Client>>()
  #listeners: EdgeListeners | undefined
  #pending = 0
  #watching: NodeJS.Timeout | undefined
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
      authenticate: (client, _name, password, done) => {
        const refused = this.#logIn(client, password)
        done(refused, refused === null)
      },
      authorizePublish: (client, packet, done) => this.#publish(client, packet, done),
      authorizeSubscribe: (client, { topic }, done) => {
        this.#refuse(client, 'subscribe', topic, 'gateways may only publish')
        done(null, null)
      },
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
    edge.#listeners = await EdgeListeners.listen(options, {
      connected: (socket) => edge.#greet(socket),
      dropped: (remote) =>
        edge.#note(remote, 'too-many-connections', `there are ${options.limits.connections} connections already`),
      tlsFailed: (remote, error) => edge.#note(remote, 'tls', tlsReason(error)),
    })
    edge.#directoryVersion = options.directory.version()
    edge.#watching = setInterval(() => edge.#watch(), 200)
    return edge
  }

  /** The one on mqtt.port first. */
  addresses(): readonly EdgeAddress[] {
    return this.#listeners?.addresses() ?? []
  }

  tls(): TlsStatus | null {
    return this.#listeners?.tls() ?? null
  }

  get connections(): number {
    return this.#broker.connectedClients
  }

  /** Takes no more, lets what is being committed be acknowledged (at most `patience`), closes. */
  async close(patienceMilliseconds: number): Promise<void> {
    clearInterval(this.#watching)
    const closed = this.#listeners?.close()
    const deadline = performance.now() + patienceMilliseconds
    while (this.#pending > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()))
    // the broker does not know those that have not logged in
    for (const connection of this.#open) connection.destroy()
    await closed
  }

  #greet(socket: Socket): void {
    // not taken: there are too many
    if (socket.destroyed) return
    const connection = new GuardedConnection(socket, this.#options.limits)
    this.#open.add(connection)
    connection.once('close', () => this.#open.delete(connection))
    this.#broker.handle(connection)
  }

  #preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const { conn } = client
    const guarded = conn instanceof GuardedConnection ? conn : undefined
    const certificate = guarded ? clientCertificateOf(guarded.socket, Date.now()) : null
    // a certificate says who it is of: a user name may be left out
    const gateway = packet.username || (certificate?.commonName ?? '')
    this.#sessions.set(client, { will: packet.will?.topic, remote: guarded?.remote ?? '', gateway, certificate })
    // MQTT 3.1.1 §3.1.2.10, kept by the connection: the broker would count the time in which we do not read
    const { keepaliveSeconds } = this.#options.limits
    const seconds = Math.min(packet.keepalive || keepaliveSeconds, keepaliveSeconds)
    guarded?.dropWhenSilent(seconds * 1_500)
    packet.keepalive = 0
    done(null, true)
  }

  #logIn(client: Client, password: Uint8Array | undefined): Refused | null {
    const { directory, rules, limits } = this.#options
    const session = this.#sessions.get(client)
    if (!session) return new Refused('no CONNECT')
    const { gateway: name, certificate } = session
    const wrong = refusalOfLogin(directory, this.#listeners?.clientCertificates ?? 'off', { name, password, certificate })
    if (wrong) return this.#refuse(client, wrong.code, '', wrong.reason)
    if (session.will !== undefined && rules.gatewayOf(session.will) !== name) {
      return this.#refuse(client, 'wrong-will', session.will, `the will's topic is not below the own name "${name}"`)
    }
    const connections = this.#connections.get(name) ?? new Set()
    if (connections.size >= limits.connectionsPerGateway) {
      return this.#refuse(client, 'too-many-connections', '', `gateway "${name}" has ${connections.size} connections already`)
    }
    connections.add(client)
    this.#connections.set(name, connections)
    if (client.conn instanceof GuardedConnection) this.#listeners?.settled(client.conn.socket)
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

  /** Of somebody of whom nothing but the address is known. */
  #note(remote: string, code: RefusalCode, reason: string): void {
    this.#options.refusals.add({ at: Date.now(), gateway: '', remote, topic: '', code, reason })
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

  #watch(): void {
    this.#listeners?.refresh()
    this.#dropRevoked()
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

function tlsReason(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  if (/HTTP_REQUEST|WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|UNSUPPORTED_PROTOCOL/.test(code))
    return `no TLS 1.2 or newer: plain MQTT on the TLS port perhaps (${code})`
  return error.message
}
