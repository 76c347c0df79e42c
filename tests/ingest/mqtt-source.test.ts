import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { generate } from 'mqtt-packet'
import { describe, expect, onTestFinished, test } from 'vitest'
import { GapBook, type UpstreamGap } from '../../ingest/gap-book.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { type Receiver, startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'
import { readAll } from '../contracts/journal.ts'
import { freePort } from '../servers/free-port.ts'
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../servers/mosquitto.ts'
import { requireServer, serverPath } from '../servers/require-server.ts'
import { textOf } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

const TOPIC = 'adit/v1/gw-1/readings'
/** Everything that the broker would queue for us while we are away. */
const UNBOUNDED = ['max_queued_messages 0', 'max_inflight_messages 20']

async function startBroker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto({ config: UNBOUNDED, ...options })
  onTestFinished(() => broker.stop())
  return broker
}

async function consume(url: string, source: object = {}, directory = scratchDirectory()) {
  const config = ReceiverConfig.parse({ edge: null, source: { url, ...source } })
  const receiver = await startReceiver({ dataDirectory: directory, ...config })
  onTestFinished(() => receiver.stop())
  return { receiver, directory }
}

async function connected(receiver: Receiver): Promise<void> {
  await expect.poll(async () => (await receiver.status()).source?.state, { timeout: 15_000 }).toBe('connected')
}

function mosquittoPub(port: number, ...options: string[]): Promise<unknown> {
  return promisify(execFile)(serverPath('mosquitto_pub'), ['-h', '127.0.0.1', '-p', String(port), '-q', '1', ...options])
}

async function journalled(directory: string): Promise<string[][]> {
  const reader = new SqliteJournalReader({ path: join(directory, 'journal.db') })
  const last = reader.lastPosition()
  const packets = last === 0 ? [] : await readAll(reader, 0, last)
  return packets.map(({ gateway, topic, payload }) => [gateway, topic, textOf(payload)])
}

/** Publishes `count` numbered readings with QoS 1 and resolves when the broker has them all. */
async function publishMany(port: number, count: number, from = 0): Promise<void> {
  const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`)
  await Promise.all(Array.from({ length: count }, (_, index) => publisher.publishAsync(TOPIC, `${from + index}`, { qos: 1 })))
  await publisher.endAsync()
}

/** Logs in under a client id, which ends the connection that had it, and goes without acknowledging anything. */
async function takeOver(port: number, clientId: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const properties = { sessionExpiryInterval: 604_800 }
  socket.write(
    generate({ cmd: 'connect', clientId, protocolVersion: 5, clean: false, keepalive: 60, properties }, { protocolVersion: 5 }),
  )
  await once(socket, 'data')
  socket.destroy()
}

describe.runIf(requireServer('mosquitto') && requireServer('mosquitto_pub'))('a consumer of Mosquitto', () => {
  test.each([4, 5])('with protocol version %i takes what mosquitto_pub sends', async (version) => {
    const broker = await startBroker()
    const { receiver, directory } = await consume(broker.url, { version })
    await connected(receiver)
    await mosquittoPub(broker.port, '-t', TOPIC, '-m', 'reading')
    await mosquittoPub(broker.port, '-t', 'adit/v1/台区 7/readings', '-m', 'odd name')
    await expect
      .poll(() => journalled(directory))
      .toEqual([
        ['gw-1', TOPIC, 'reading'],
        ['(unknown)', 'adit/v1/台区 7/readings', 'odd name'],
      ])
    expect((await receiver.status()).gateways[0]).toMatchObject({ gateway: 'gw-1', packets: 1, bytes: 7 })
  })

  test.each([4, 5])('with protocol version %i gets what came while it was away, each acknowledged once', async (version) => {
    const broker = await startBroker()
    const { receiver, directory } = await consume(broker.url, { version })
    await connected(receiver)
    await receiver.stop()
    await publishMany(broker.port, 3_000)
    const second = await consume(broker.url, { version }, directory)
    await expect.poll(async () => (await second.receiver.status()).lastPosition, { timeout: 20_000 }).toBe(3_000)
    const payloads = (await journalled(directory)).map(([, , payload]) => Number(payload))
    expect(payloads).toEqual(Array.from({ length: 3_000 }, (_, index) => index))
    expect(gapsIn(directory)).toEqual([])
    await second.receiver.stop()
    const third = await consume(broker.url, { version }, directory)
    await connected(third.receiver)
    expect((await third.receiver.status()).lastPosition).toBe(3_000)
  })

  test('finds its broker again after a restart, and reports that the broker has forgotten the session', async () => {
    const port = await freePort()
    const before = await startBroker({ port })
    const { receiver, directory } = await consume(before.url)
    await connected(receiver)
    await publishMany(port, 10)
    await expect.poll(async () => (await receiver.status()).lastPosition).toBe(10)
    await before.kill()
    await expect.poll(async () => (await receiver.status()).source?.state, { timeout: 10_000 }).not.toBe('connected')
    await startBroker({ port })
    await connected(receiver)
    await publishMany(port, 10, 10)
    await expect.poll(() => journalled(directory)).toHaveLength(20)
    const status = await receiver.status()
    expect(gapsIn(directory)).toMatchObject([{ from: expect.any(Number), to: expect.any(Number) }])
    expect(status.source?.reconnects).toBeGreaterThan(0)
  })

  test('shares the messages with a second copy of itself in the same group', async () => {
    const broker = await startBroker()
    const one = await consume(broker.url, { clientId: 'one', shareGroup: 'adit' })
    const two = await consume(broker.url, { clientId: 'two', shareGroup: 'adit' })
    await Promise.all([connected(one.receiver), connected(two.receiver)])
    await publishMany(broker.port, 2_000)
    const both = async () => [...(await journalled(one.directory)), ...(await journalled(two.directory))]
    await expect.poll(async () => (await both()).length, { timeout: 20_000 }).toBe(2_000)
    expect(new Set((await both()).map(([, , payload]) => payload)).size).toBe(2_000)
    expect((await journalled(one.directory)).length).toBeGreaterThan(100)
    expect((await journalled(two.directory)).length).toBeGreaterThan(100)
  })

  test('logs in with user and password, and says what is wrong when they do not hold', async () => {
    const broker = await startBroker({ users: { adit: 'right' } })
    const wrong = await consume(broker.url, { username: 'adit', password: 'wrong' })
    await expect.poll(async () => (await wrong.receiver.status()).source?.lastError?.message).toContain('adit')
    const right = await consume(broker.url, { username: 'adit', password: 'right', version: 4 })
    await connected(right.receiver)
  })

  test.runIf(existsSync('/usr/bin/openssl'))('consumes over TLS, and only from a broker whose certificate it knows', async () => {
    const directory = scratchDirectory()
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    await promisify(execFile)('/usr/bin/openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ])
    const port = await freePort()
    const broker = await startBroker({
      config: [`listener ${port} 127.0.0.1`, `certfile ${cert}`, `keyfile ${key}`, 'allow_anonymous true'],
    })
    const url = `mqtts://127.0.0.1:${port}`
    const trusting = await consume(url, { ca: readFileSync(cert, 'utf8') })
    await connected(trusting.receiver)
    await mosquittoPub(broker.port, '-t', TOPIC, '-m', 'reading')
    await expect.poll(() => journalled(trusting.directory)).toEqual([['gw-1', TOPIC, 'reading']])
    const stranger = await consume(url, { clientId: 'stranger' })
    await expect.poll(async () => (await stranger.receiver.status()).source?.lastError?.message).toContain('self-signed')
  })

  test.each([4, 5])('with protocol version %i says that somebody seems to use its client id', async (version) => {
    const broker = await startBroker()
    const { receiver } = await consume(broker.url, { version })
    for (let count = 0; count < 3; count++) {
      await connected(receiver)
      await takeOver(broker.port, 'adit')
      await expect.poll(async () => (await receiver.status()).source?.reconnects, { interval: 5 }).toBe(count + 1)
    }
    const { lastError } = (await receiver.status()).source ?? {}
    expect(lastError?.message).toMatch(/3 times in a row soon after the login: perhaps another client uses the client id adit/)
  })

  test('says what an MQTT 5 broker gives as the reason when another client logs in under its client id', async () => {
    // § 3.2, 3.9, 3.14: accepted, subscribed, session taken over
    const broker = createServer((socket) => {
      socket.on('error', () => {})
      socket.write(Buffer.from([0x20, 3, 0, 0, 0, 0x90, 4, 0, 1, 0, 1, 0xe0, 2, 0x8e, 0]))
    })
    broker.listen(0, '127.0.0.1')
    await once(broker, 'listening')
    onTestFinished(() => void broker.close())
    const address = broker.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const { receiver } = await consume(`mqtt://127.0.0.1:${port}`)
    const told = async () => (await receiver.status()).source?.lastError?.message
    await expect.poll(told).toMatch(/^another client has logged in with the client id adit: give each copy/)
  })

  test('takes what a broker with a full queue still holds, each once', async () => {
    const broker = await startBroker({ config: ['max_queued_messages 100', 'max_inflight_messages 20'] })
    const { receiver, directory } = await consume(broker.url)
    await connected(receiver)
    await receiver.stop()
    await publishMany(broker.port, 1_000)
    const second = await consume(broker.url, {}, directory)
    await expect.poll(async () => (await second.receiver.status()).lastPosition).toBeGreaterThanOrEqual(100)
    await publishMany(broker.port, 1, 5_000)
    await expect.poll(async () => (await journalled(directory)).map(([, , payload]) => payload)).toContain('5000')
    const numbers = (await journalled(directory)).map(([, , payload]) => Number(payload))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.length).toBeLessThan(200)
  })

  test('acknowledges on a connection only what came on it', async () => {
    const broker = await startBroker()
    const { receiver, directory } = await consume(broker.url)
    await connected(receiver)
    const publishing = publishMany(broker.port, 5_000)
    // somebody logs in with our client id again and again: the broker throws us out with messages under way
    for (let count = 0; count < 3; count++) {
      await expect
        .poll(async () => (await receiver.status()).lastPosition, { interval: 5, timeout: 20_000 })
        .toBeGreaterThan(count * 800)
      await takeOver(broker.port, 'adit')
      await connected(receiver)
    }
    await publishing
    const complete = async () => new Set((await journalled(directory)).map(([, , payload]) => payload)).size
    await expect.poll(complete, { timeout: 30_000 }).toBe(5_000)
  })
})

function gapsIn(directory: string): readonly UpstreamGap[] {
  const book = new GapBook(join(directory, 'gateways.db'))
  try {
    return book.list()
  } finally {
    book.close()
  }
}
