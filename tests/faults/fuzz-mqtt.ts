/** MQTT sessions, changed byte by byte, against the real edge, with a gateway beside them that must notice nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'mqtt-packet'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'
import { mutate } from './fuzz-mutate.ts'
import { connectBytes, packetBytes, publishBytes, subscribeBytes } from './mqtt-bytes.ts'

export interface MqttFuzz {
  readonly sessions: number
  readonly refusals: Readonly<Record<string, number>>
  /** Packets of the gateway beside, all of which must be acknowledged and in the journal. */
  readonly honest: number
  readonly honestLost: number
  /** Packets in the journal under a name that nobody logged in with. */
  readonly foreign: number
  readonly rssMiB: { readonly early: number; readonly end: number }
  readonly failures: readonly string[]
}

const AT_ONCE = 32
const TOPIC = 'adit/v1/honest/readings'

export async function fuzzMqtt(seed: string, sessions: number, say: (line: string) => void = () => {}): Promise<MqttFuzz> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-fuzz-mqtt-'))
  const gateways = new GatewayDirectory(join(directory, 'gateways.db'))
  const passwords = { honest: gateways.add('honest', new Date()), fuzz: gateways.add('fuzz', new Date()) }
  const limits = { connectMilliseconds: 300, packetBytes: 65_536, connectionsPerGateway: 1_000 }
  const receiver = await startReceiver({ dataDirectory: directory, ...ReceiverConfig.parse({ edge: { port: 0, limits } }) })
  const failures: string[] = []
  receiver.onFailure((error) => failures.push(error.stack ?? error.message))
  const port = receiver.edgeAddresses[0]?.port ?? 0
  const honest = await RawPublisher.connect(port, 'honest', passwords.honest)
  const random = new Random(`fuzz/${seed}/mqtt`)
  const samples = sampleSessions(passwords.fuzz)
  let [played, sent, lost, early] = [0, 0, 0, 0]
  const play = async () => {
    while (played < sessions && failures.length === 0) {
      const turn = played++
      await playBytes(random, port, mutate(random, samples, 8_192))
      if (turn % 20 === 0) {
        sent++
        if (!(await honest.publish(TOPIC, Buffer.from(`${sent}`)))) lost++
      }
      if (turn === Math.floor(sessions / 5)) early = rssMiB()
      if (turn % 10_000 === 9_999) say(`${turn + 1} sessions, ${rssMiB()} MiB`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, play))
  const { counts } = (await receiver.status()).refusals
  const end = rssMiB()
  honest.close()
  await receiver.stop()
  gateways.close()
  const inJournal = await countJournal(directory)
  rmSync(directory, { recursive: true, force: true })
  lost += sent - (inJournal.get('honest') ?? 0)
  const foreign = [...inJournal].reduce((sum, [name, count]) => sum + (name === 'honest' || name === 'fuzz' ? 0 : count), 0)
  return { sessions: played, refusals: counts, honest: sent, honestLost: lost, foreign, rssMiB: { early, end }, failures }
}

/** What gateways send, right and wrong: the bytes from which sessions are changed. */
function sampleSessions(password: string): readonly Uint8Array[] {
  const login = connectBytes({ clientId: 'f', username: 'fuzz', password })
  const will = { topic: 'adit/v1/fuzz/events', payload: 'gone', qos: 1 as const }
  const reading = (qos: 0 | 1 | 2) =>
    publishBytes('adit/v1/fuzz/readings', '{"start":"2026-11-24T00:00:00Z"}', { qos, messageId: 7 })
  return [
    Buffer.concat([login, reading(0), reading(1), Buffer.from([0xc0, 0]), Buffer.from([0xe0, 0])]),
    Buffer.concat([connectBytes({ clientId: 'w', username: 'fuzz', password, will }), reading(1), reading(1)]),
    Buffer.concat([login, reading(2), packetBytes(0x62, Buffer.from([0, 7])), reading(2)]),
    Buffer.concat([login, subscribeBytes('#'), packetBytes(0xa2, Buffer.from([0, 1, 0, 1, 0x23]))]),
    Buffer.concat([
      login,
      packetBytes(0x40, Buffer.from([0, 7])),
      packetBytes(0x50, Buffer.from([0, 7])),
      Buffer.from([0xc0, 0]),
    ]),
    connectBytes({ clientId: '', username: 'fuzz', password: 'wrong' }),
    generate(
      { cmd: 'connect', clientId: 'five', protocolVersion: 5, properties: { sessionExpiryInterval: 9 } },
      { protocolVersion: 5 },
    ),
    Buffer.concat([login, Buffer.from([0x32, 0x80, 0x80, 0x80, 0x80, 0x01, 0, 4])]),
    Buffer.concat([login, Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, 4])]),
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  ]
}

/** In pieces, then cut off: what is right may already be under way, what is wrong is closed by the edge. */
function playBytes(random: Random, port: number, bytes: Uint8Array): Promise<void> {
  const piece = random.pick([1, 7, 100, bytes.length + 1])
  const hard = random.chance(0.3)
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.on('data', () => {})
    socket.on('connect', () => {
      for (let from = 0; from < bytes.length; from += Math.max(piece, Math.ceil(bytes.length / 50))) {
        socket.write(bytes.subarray(from, from + Math.max(piece, Math.ceil(bytes.length / 50))))
      }
      if (hard) socket.resetAndDestroy()
      else socket.end()
    })
  })
}

async function countJournal(directory: string): Promise<ReadonlyMap<string, number>> {
  const reader = new SqliteJournalReader({ path: join(directory, 'journal.db') })
  const counts = new Map<string, number>()
  const last = reader.lastPosition()
  if (last > 0) {
    for await (const { packets, position } of reader.readFrom(0, new AbortController().signal)) {
      for (const { gateway } of packets) counts.set(gateway, (counts.get(gateway) ?? 0) + 1)
      if (position >= last) break
    }
  }
  reader.close()
  return counts
}

function rssMiB(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20)
}
