import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { slices } from '../contracts/journal.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/require-server.ts'
import { startProcess } from '../servers/server-process.ts'
import { textOf } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

const KILLS = 12
const ACKNOWLEDGED = 24_000
const WINDOW = 100
/** On a quiet machine twelve seconds; this is for a busy one. */
const PATIENCE = 240_000

test('a gateway may forget what was acknowledged: after twelve kills at random instants all of it is there', {
  timeout: PATIENCE,
}, async () => {
  const directory = scratchDirectory()
  const gateways = new GatewayDirectory(join(directory, 'gateways.db'))
  const passwords = ['gw-0', 'gw-1', 'gw-2'].map((name) => gateways.add(name, new Date()))
  gateways.close()

  const acknowledged = new Set<string>()
  let sent = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const { port, process } = await startReceiverProcess(directory)
    const enough = Math.ceil((ACKNOWLEDGED * kill) / KILLS) + Math.floor(Math.random() * 500)
    const publishers = await Promise.all(passwords.map((password, index) => RawPublisher.connect(port, `gw-${index}`, password)))
    const publishing = publishers.map(async (publisher, index) => {
      while (!publisher.closed) {
        const window = Array.from({ length: WINDOW }, async () => {
          const name = `packet ${sent++}`
          if (await publisher.publish(`adit/v1/gw-${index}/readings`, Buffer.from(name))) acknowledged.add(name)
        })
        await Promise.race(window)
      }
    })
    await expect.poll(() => acknowledged.size, { timeout: 20_000, interval: 1 }).toBeGreaterThan(enough)
    await process.kill()
    await Promise.all(publishing)
  }

  // a last start finds a journal it can serve from, and stops in peace
  const { process } = await startReceiverProcess(directory)
  await process.stop()

  expect(acknowledged.size).toBeGreaterThanOrEqual(20_000)
  const { kept, last } = await readEverything(directory)
  expect([...acknowledged].filter((name) => !kept.has(name))).toEqual([])
  console.log(`${KILLS} kills, ${sent} sent, ${acknowledged.size} acknowledged, ${last} in the journal, 0 lost`)
})

test.runIf(requireServer('mosquitto'))(
  'what an external broker took for us is there after six kills',
  { timeout: PATIENCE },
  async () => {
    const broker = await startMosquitto({ config: ['max_queued_messages 0', 'max_inflight_messages 200'] })
    onTestFinished(() => broker.stop())
    const directory = scratchDirectory()
    const publisher = await connectAsync(broker.url)
    const acknowledged = new Set<string>()
    for (let kill = 1; kill <= 6; kill++) {
      const { process } = await startReceiverProcess(directory, broker.url)
      await expect.poll(() => broker.log()).toContain('SUBSCRIBE')
      const publishing = Array.from({ length: 2_000 }, async () => {
        const name = `packet ${kill} ${Math.random()}`
        await publisher.publishAsync('adit/v1/gw-1/readings', name, { qos: 1 })
        acknowledged.add(name)
      })
      const enough = acknowledged.size + Math.floor(Math.random() * 2_000)
      await expect.poll(() => acknowledged.size, { interval: 1 }).toBeGreaterThan(enough)
      await process.kill()
      await Promise.all(publishing)
    }
    await publisher.endAsync()
    await startReceiverProcess(directory, broker.url)
    const missing = async () => {
      const { kept } = await readEverything(directory)
      return [...acknowledged].filter((name) => !kept.has(name)).length
    }
    await expect.poll(missing, { timeout: 20_000, interval: 200 }).toBe(0)
    expect(acknowledged.size).toBe(12_000)
  },
)

/** The oracle's view: every packet in journal and archive, positions without a gap. */
async function readEverything(directory: string) {
  const reader = new SqliteJournalReader({ path: join(directory, 'journal.db'), archive: join(directory, 'archive') })
  const last = reader.lastPosition()
  const kept = new Set<string>()
  let position = 0
  for (const { packets } of await slices(reader, 0, last)) {
    for (const packet of packets) {
      expect(packet.position).toBe(++position)
      kept.add(textOf(packet.payload))
    }
  }
  return { kept, last }
}

async function startReceiverProcess(directory: string, broker?: string) {
  const listening = /listening (\d+)/
  const program = join(import.meta.dirname, 'receiver-process.ts')
  const programArguments = broker === undefined ? [program, directory] : [program, directory, broker]
  const server = await startProcess(process.execPath, programArguments, (log) => listening.test(log))
  onTestFinished(() => server.kill())
  return { port: Number(listening.exec(server.log())?.[1]), process: server }
}
