import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { generate, type IConnackPacket, type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import type { SourceOptions } from './receiver-options.ts'

export interface BrokerConnectionEvents {
  /** Logged in and subscribed. */
  readonly subscribed: (sessionPresent: boolean) => void
  /** A message; call `acknowledge` when it is on disk, never otherwise. Harmless after the connection has gone. */
  readonly message: (message: IPublishPacket, acknowledge: () => void) => void
  /** Called once, with why. */
  readonly closed: (error: Error) => void
}

const ANSWER_MILLISECONDS = 15_000
const PAUSE_MESSAGES = 10_000
const PAUSE_BYTES = 16 * 1024 * 1024

/**
 * One connection to a broker, from CONNECT to its end: one generation of acknowledgements. An acknowledgement asked for after
 * the end is dropped, because the next connection may use the same packet id for another message.
 */
export class BrokerConnection {
  readonly #options: SourceOptions
  readonly #filters: readonly string[]
  readonly #events: BrokerConnectionEvents
  readonly #socket: Socket
  readonly #answer: NodeJS.Timeout
  #ping: NodeJS.Timeout | undefined
  #heardAt = performance.now()
  #sessionPresent = false
  #over = false
  #pendingMessages = 0
  #pendingBytes = 0
  #acknowledgements: number[] = []

  constructor(options: SourceOptions, filters: readonly string[], events: BrokerConnectionEvents) {
    this.#options = options
    this.#filters = filters
    this.#events = events
    this.#socket = openSocket(options)
    this.#socket.setNoDelay(true)
    this.#answer = setTimeout(() => this.#end(new Error('the broker does not answer')), ANSWER_MILLISECONDS)
    const packets = parser({ protocolVersion: options.version })
    packets.on('packet', (packet) => this.#take(packet))
    packets.on('error', (error: Error) => this.#end(error))
    this.#socket.on(options.url.startsWith('mqtts:') ? 'secureConnect' : 'connect', () => this.#logIn())
    this.#socket.on('data', (chunk) => {
      this.#heardAt = performance.now()
      packets.parse(chunk)
    })
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('close', () => this.#end(new Error('the broker closed the connection')))
  }

  /** Reads no more; what is acknowledged within `patience` still goes out. The broker keeps the session. */
  async close(patienceMilliseconds: number): Promise<void> {
    this.#socket.pause()
    const deadline = performance.now() + patienceMilliseconds
    while (this.#pendingMessages > 0 && !this.#over && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    if (this.#over) return
    this.#flush()
    this.#send({ cmd: 'disconnect' })
    this.#socket.destroySoon()
    this.#end(new Error('closed'))
  }

  #logIn(): void {
    const { clientId, version, keepaliveSeconds, username, password, sessionExpirySeconds, receiveMaximum } = this.#options
    this.#send({
      cmd: 'connect',
      clientId,
      protocolId: 'MQTT',
      protocolVersion: version,
      clean: false,
      keepalive: keepaliveSeconds,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password: Buffer.from(password) }),
      ...(version === 5 && { properties: { sessionExpiryInterval: sessionExpirySeconds, receiveMaximum } }),
    })
  }

  #take(packet: Packet): void {
    if (this.#over) return
    if (packet.cmd === 'publish') this.#takeMessage(packet)
    else if (packet.cmd === 'pubrel') this.#send({ cmd: 'pubcomp', messageId: packet.messageId, reasonCode: 0 })
    else if (packet.cmd === 'connack') this.#welcome(packet)
    else if (packet.cmd === 'suback') this.#subscribed(packet.granted)
    else if (packet.cmd === 'disconnect') this.#end(new Error(endOf(packet.reasonCode ?? 0, this.#options)))
  }

  #welcome(packet: IConnackPacket): void {
    const code = this.#options.version === 5 ? (packet.reasonCode ?? 0) : (packet.returnCode ?? 0)
    if (code !== 0) {
      this.#end(new Error(refusalOf(code, this.#options)))
      return
    }
    this.#sessionPresent = packet.sessionPresent
    const seconds = packet.properties?.serverKeepAlive ?? this.#options.keepaliveSeconds
    this.#ping = setInterval(() => this.#keepAlive(seconds), seconds * 500)
    this.#send({
      cmd: 'subscribe',
      messageId: 1,
      // retained messages only for a new subscription, not after each restart
      subscriptions: this.#filters.map((topic) => ({
        topic,
        qos: 1,
        ...(this.#options.version === 5 && { nl: false, rap: false, rh: 1 }),
      })),
    })
  }

  #subscribed(granted: readonly unknown[]): void {
    const refused = granted.findIndex((code) => typeof code !== 'number' || code >= 0x80)
    if (refused >= 0) {
      this.#end(
        new Error(
          `the broker refuses the subscription to ${this.#filters[refused]}: allow it for user ${this.#options.username ?? '(none)'}`,
        ),
      )
      return
    }
    clearTimeout(this.#answer)
    this.#events.subscribed(this.#sessionPresent)
  }

  #takeMessage(message: IPublishPacket): void {
    const bytes = message.payload.length
    this.#pendingMessages++
    this.#pendingBytes += bytes
    if (this.#isFull(1)) this.#socket.pause()
    this.#events.message(message, () => {
      this.#pendingMessages--
      this.#pendingBytes -= bytes
      if (this.#over) return
      if (message.qos === 2) this.#send({ cmd: 'pubrec', messageId: message.messageId, reasonCode: 0 })
      if (message.qos === 1 && message.messageId !== undefined) this.#acknowledge(message.messageId)
      if (this.#socket.isPaused() && !this.#isFull(0.5)) this.#socket.resume()
    })
  }

  #isFull(share: number): boolean {
    return this.#pendingMessages >= PAUSE_MESSAGES * share || this.#pendingBytes >= PAUSE_BYTES * share
  }

  #acknowledge(messageId: number): void {
    this.#acknowledgements.push(messageId)
    // one write for all that one commit made durable
    if (this.#acknowledgements.length === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    const acknowledgements = this.#acknowledgements
    this.#acknowledgements = []
    if (this.#over || acknowledgements.length === 0) return
    const bytes = Buffer.allocUnsafe(acknowledgements.length * 4)
    let at = 0
    for (const messageId of acknowledgements) {
      // PUBACK, the same bytes in MQTT 3.1.1 §3.4 and 5 §3.4.2.1
      at = bytes.writeUInt16BE(0x4002, at)
      at = bytes.writeUInt16BE(messageId, at)
    }
    this.#socket.write(bytes)
  }

  #keepAlive(seconds: number): void {
    // while we do not read, silence says nothing about the broker
    if (this.#socket.isPaused()) this.#heardAt = performance.now()
    else if (performance.now() - this.#heardAt > seconds * 1_500) this.#end(new Error('the broker has fallen silent'))
    this.#send({ cmd: 'pingreq' })
  }

  #send(packet: Packet): void {
    if (!this.#over) this.#socket.write(generate(packet, { protocolVersion: this.#options.version }))
  }

  #end(error: Error): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#answer)
    clearInterval(this.#ping)
    if (error.message !== 'closed') this.#socket.destroy()
    this.#events.closed(error)
  }
}

function openSocket({ url, ca, cert, key }: SourceOptions): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'mqtt:') return connectPlain({ host, port: Number(port || 1883) })
  const servername = /^[\d.]+$|:/.test(host) ? undefined : host
  return connectTls({ host, port: Number(port || 8883), ...(servername && { servername }), ca, cert, key })
}

// MQTT 5 §3.14.2.1
function endOf(code: number, { clientId }: SourceOptions): string {
  if (code === 0x8e)
    return `another client has logged in with the client id ${clientId}: give each copy of Adit a broker.clientId of its own`
  if (code === 0x8b) return 'the broker is shutting down'
  return `the broker ends the connection, reason ${code}`
}

// MQTT 3.1.1 §3.2.2.3 and MQTT 5 §3.2.2.2
function refusalOf(code: number, { username, clientId, version }: SourceOptions): string {
  if (code === 4 || code === 0x86) return `the broker refuses the password of user ${username ?? '(none)'}`
  if (code === 5 || code === 0x87) return `the broker does not authorise user ${username ?? '(none)'}`
  if (code === 2 || code === 0x85) return `the broker refuses the client id ${clientId}`
  if (code === 1 || code === 0x84)
    return `the broker does not speak MQTT ${version === 5 ? '5: set version: 4' : '3.1.1: set version: 5'}`
  return `the broker refuses the connection, code ${code}`
}
