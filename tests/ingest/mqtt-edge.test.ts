import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { connectAsync, type MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'
import { requireServer, serverPath } from '../servers/require-server.ts'
import { type EdgeFixture, startEdge } from './edge-fixture.ts'

const TOPIC = 'adit/v1/gw-1/readings'

async function client({ port, password }: EdgeFixture, options: object = {}): Promise<MqttClient> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'gw-1', password, reconnectPeriod: 0, ...options })
  mqtt.on('error', () => {})
  onTestFinished(async () => void (await mqtt.endAsync(true)))
  return mqtt
}

function closed(mqtt: MqttClient): Promise<void> {
  return new Promise((resolve) => mqtt.once('close', () => resolve()))
}

function goneFrom(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {})
    socket.once('close', () => resolve())
  })
}

async function refusals({ receiver }: EdgeFixture): Promise<string[][]> {
  const { refusals } = await receiver.status()
  return refusals.recent.map(({ code, gateway, topic }) => [code, gateway, topic])
}

describe('the MQTT edge', () => {
  test.each([0, 1, 2] as const)('has a packet of QoS %i in the journal', async (qos) => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    await mqtt.publishAsync(TOPIC, 'reading', { qos })
    await expect.poll(() => edge.journalled()).toEqual([['gw-1', TOPIC, 'reading']])
  })

  test('acknowledges only what is on disk', async () => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    for (let count = 1; count <= 20; count++) {
      await mqtt.publishAsync(TOPIC, `reading ${count}`, { qos: 1 })
      expect(await edge.journalled()).toHaveLength(count)
    }
  })

  test('takes packets sent in one breath with the login', async () => {
    const edge = await startEdge()
    const socket = connect(edge.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const login = {
      cmd: 'connect',
      clientId: 'a',
      username: 'gw-1',
      password: Buffer.from(edge.password),
      keepalive: 60,
    } as const
    const packet = (messageId: number) =>
      generate({
        cmd: 'publish',
        topic: TOPIC,
        payload: `${messageId}`.repeat(5_000),
        qos: 1,
        messageId,
        dup: false,
        retain: false,
      })
    socket.write(Buffer.concat([generate(login), ...Array.from({ length: 100 }, (_, index) => packet(index + 1))]))
    await expect.poll(() => edge.journalled()).toHaveLength(100)
  })

  test('counts what each gateway had acknowledged, and when it was last heard', async () => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    await mqtt.publishAsync(TOPIC, 'four', { qos: 1 })
    await mqtt.publishAsync(TOPIC, 'five!', { qos: 1 })
    const status = await edge.receiver.status()
    expect(status.gateways).toEqual([{ gateway: 'gw-1', packets: 2, bytes: 9, lastSeenAt: expect.any(Number) }])
    expect(status).toMatchObject({ connections: 1, packets: 2, bytes: 9, lastPosition: 2, commitError: null })
    expect(Math.abs(Date.now() - status.gateways[0].lastSeenAt)).toBeLessThan(60_000)
  })

  test('tells the judging half of new packets', async () => {
    const edge = await startEdge()
    let last = 0
    edge.receiver.onAppended((position) => {
      last = position
    })
    const mqtt = await client(edge)
    await mqtt.publishAsync(TOPIC, 'reading', { qos: 1 })
    await expect.poll(() => last).toBe(1)
  })

  test('refuses a wrong password and an unknown gateway, and says which it was', async () => {
    const edge = await startEdge()
    await expect(client(edge, { password: 'wrong' })).rejects.toThrow('Not authorized')
    await expect(client(edge, { username: 'gw-2' })).rejects.toThrow('Not authorized')
    await expect
      .poll(() => refusals(edge))
      .toEqual([
        ['unknown-gateway', 'gw-2', ''],
        ['wrong-password', 'gw-1', ''],
      ])
  })

  test.each(['adit/v1/gw-2/readings', 'adit/v1', '$SYS/broker', 'readings', 'adit/v1/gw-1x/readings'])(
    'lets no gateway publish to %s, and says so',
    async (topic) => {
      const edge = await startEdge()
      const mqtt = await client(edge)
      mqtt.publish(topic, 'reading', { qos: 1 })
      await closed(mqtt)
      expect(await edge.journalled()).toEqual([])
      await expect.poll(() => refusals(edge)).toEqual([['wrong-topic', 'gw-1', topic]])
    },
  )

  test('lets no gateway subscribe', async () => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    await expect(mqtt.subscribeAsync('#')).rejects.toThrow()
    await expect.poll(() => refusals(edge)).toEqual([['subscribe', 'gw-1', '#']])
  })

  test('refuses a will on another gateway’s topic and journals one on the own', async () => {
    const edge = await startEdge()
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1, retain: false } })
    await expect(client(edge, will('adit/v1/gw-2/events'))).rejects.toThrow('Not authorized')
    await expect.poll(() => refusals(edge)).toEqual([['wrong-will', 'gw-1', 'adit/v1/gw-2/events']])
    const mqtt = await client(edge, will('adit/v1/gw-1/events'))
    mqtt.stream.destroy()
    await expect.poll(() => edge.journalled()).toEqual([['gw-1', 'adit/v1/gw-1/events', 'gone']])
  })

  test('keeps nothing of a retained packet but its place in the journal', async () => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    await mqtt.publishAsync(TOPIC, 'kept', { qos: 1, retain: true })
    expect(await edge.journalled()).toEqual([['gw-1', TOPIC, 'kept']])
  })

  test('does not let one gateway take over the session of another by its client id', async () => {
    const edge = await startEdge()
    const password = edge.gateways.add('gw-2', new Date())
    const mqtt = await client(edge, { clientId: 'same' })
    const other = await client(edge, { clientId: 'same', username: 'gw-2', password })
    await other.publishAsync('adit/v1/gw-2/readings', 'two', { qos: 1 })
    await mqtt.publishAsync(TOPIC, 'one', { qos: 1 })
    expect(await edge.journalled()).toHaveLength(2)
  })

  test('knows a new gateway at once, and drops a revoked one at once', async () => {
    const edge = await startEdge()
    const password = edge.gateways.add('new', new Date())
    const mqtt = await client(edge, { username: 'new', password })
    await mqtt.publishAsync('adit/v1/new/readings', 'reading', { qos: 1 })
    const dropped = closed(mqtt)
    edge.gateways.revoke('new', new Date())
    await dropped
    await expect(client(edge, { username: 'new', password })).rejects.toThrow('Not authorized')
  })

  test('drops a gateway whose packet is too large, and says how large', async () => {
    const edge = await startEdge({ packetBytes: 10_000 })
    const mqtt = await client(edge)
    await mqtt.publishAsync(TOPIC, 'x'.repeat(9_000), { qos: 1 })
    mqtt.publish(TOPIC, 'x'.repeat(20_000), { qos: 1 })
    await closed(mqtt)
    await expect.poll(() => refusals(edge)).toEqual([['too-large', 'gw-1', '']])
    expect((await edge.receiver.status()).refusals.recent[0].reason).toContain('at most 10000')
    expect(await edge.journalled()).toHaveLength(1)
  })

  test('buffers nothing of 256 MB announced by four strangers', async () => {
    const edge = await startEdge()
    const before = process.memoryUsage().rss
    const megabyte = Buffer.alloc(1024 * 1024)
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(edge.port, '127.0.0.1')
        const gone = goneFrom(socket)
        socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60]))
        for (let sent = 0; sent < 256 && !socket.destroyed; sent++) {
          if (!socket.write(megabyte)) await Promise.race([once(socket, 'drain').catch(() => {}), gone])
        }
        await gone
      }),
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024)
    await expect
      .poll(async () => (await refusals(edge)).map(([code]) => code))
      .toEqual(['too-large', 'too-large', 'too-large', 'too-large'])
  })

  test('drops who says nothing, and who does not speak MQTT', async () => {
    const edge = await startEdge({ connectMilliseconds: 100 })
    await goneFrom(connect(edge.port, '127.0.0.1'))
    const web = connect(edge.port, '127.0.0.1')
    web.write('GET / HTTP/1.1\r\n\r\n')
    await goneFrom(web)
    await expect.poll(async () => (await refusals(edge)).map(([code]) => code)).toEqual(['protocol', 'protocol'])
  })

  test('bounds the connections of one gateway, and of all', async () => {
    const perGateway = await startEdge({ connectionsPerGateway: 2 })
    const open = [await RawPublisher.connect(perGateway.port, 'gw-1', perGateway.password, 'a')]
    open.push(await RawPublisher.connect(perGateway.port, 'gw-1', perGateway.password, 'b'))
    await expect(RawPublisher.connect(perGateway.port, 'gw-1', perGateway.password, 'c')).rejects.toThrow('refused with code 5')
    await expect.poll(() => refusals(perGateway)).toEqual([['too-many-connections', 'gw-1', '']])

    const all = await startEdge({ connections: 1 })
    open.push(await RawPublisher.connect(all.port, 'gw-1', all.password, 'a'))
    await expect(RawPublisher.connect(all.port, 'gw-1', all.password, 'b')).rejects.toThrow('closed')
    await expect.poll(() => refusals(all)).toEqual([['too-many-connections', '', '']])
    for (const publisher of open) publisher.close()
  })

  test('keeps a quiet gateway that pings, and drops one that has gone', async () => {
    const edge = await startEdge({ keepaliveSeconds: 1 })
    const quiet = await RawPublisher.connect(edge.port, 'gw-1', edge.password, 'quiet')
    const gone = await RawPublisher.connect(edge.port, 'gw-1', edge.password, 'gone')
    const pinging = setInterval(() => quiet.ping(), 200)
    onTestFinished(() => clearInterval(pinging))
    await expect.poll(() => gone.closed, { timeout: 10_000 }).toBe(true)
    expect(quiet.closed).toBe(false)
    expect(quiet.pongs).toBeGreaterThan(2)
    quiet.close()
  })

  test('says that the port is taken instead of starting', async () => {
    const edge = await startEdge()
    const config = ReceiverConfig.parse({ edge: { port: edge.port } })
    await expect(startReceiver({ dataDirectory: `${edge.directory}/second`, ...config })).rejects.toThrow('EADDRINUSE')
  })

  test('stops in peace though somebody has connected and never logged in', async () => {
    const edge = await startEdge()
    const silent = connect(edge.port, '127.0.0.1')
    const gone = goneFrom(silent)
    await once(silent, 'connect')
    // connections are accepted in their order: behind this one the silent one is in
    const later = await RawPublisher.connect(edge.port, 'gw-1', edge.password)
    await later.publish(TOPIC, Buffer.from('reading'))
    await edge.receiver.stop()
    await gone
    // the last thing written by a stop that ran to its end
    expect(edge.gateways.list()[0].lastSeenAt).not.toBeNull()
  })

  test('acknowledges what is under way when it is stopped, and stops in time', async () => {
    const edge = await startEdge()
    const mqtt = await client(edge)
    const acknowledged: string[] = []
    for (let index = 0; index < 500; index++) {
      mqtt.publish(TOPIC, `${index}`, { qos: 1 }, (error) => {
        if (!error) acknowledged.push(`${index}`)
      })
    }
    await expect.poll(() => acknowledged.length, { interval: 1 }).toBeGreaterThan(0)
    await edge.receiver.stop()
    const kept = new Set((await edge.journalled()).map(([, , payload]) => payload))
    expect(acknowledged.filter((name) => !kept.has(name))).toEqual([])
  })
})

function mosquittoPub({ port, password }: EdgeFixture, version: string): Promise<unknown> {
  return promisify(execFile)(serverPath('mosquitto_pub'), [
    ...['-h', '127.0.0.1', '-p', String(port), '-V', version, '-q', '1'],
    ...['-u', 'gw-1', '-P', password, '-t', TOPIC, '-m', 'reading'],
  ])
}

describe.runIf(requireServer('mosquitto_pub'))('the MQTT edge and mosquitto_pub', () => {
  test.each(['mqttv311', 'mqttv31'])('take a reading over %s', async (version) => {
    const edge = await startEdge()
    await mosquittoPub(edge, version)
    expect(await edge.journalled()).toEqual([['gw-1', TOPIC, 'reading']])
  })

  test('part in MQTT 5, and the edge says what it speaks', async () => {
    const edge = await startEdge()
    await expect(mosquittoPub(edge, 'mqttv5')).rejects.toThrow()
    const latest = async () => (await edge.receiver.status()).refusals.recent[0]
    await expect.poll(latest).toMatchObject({ code: 'protocol', gateway: 'gw-1', reason: 'the edge speaks MQTT 3.1.1, not 5' })
  })
})
