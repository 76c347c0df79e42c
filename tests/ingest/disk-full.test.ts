import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { readAll } from '../contracts/journal.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/require-server.ts'
import { startProcess } from '../servers/server-process.ts'
import { textOf } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

const PRLIMIT = '/usr/bin/prlimit'
const TOPIC = 'adit/v1/gw-1/readings'

// a limit on the size of files stands for the full disk: a write fails in the same places
describe.runIf(existsSync(PRLIMIT))('on a full disk', () => {
  test('nothing is acknowledged, nobody is thrown out, and all goes on when there is room again', async () => {
    const directory = scratchDirectory()
    const gateways = new GatewayDirectory(join(directory, 'gateways.db'))
    const password = gateways.add('gw-1', new Date())
    gateways.close()
    const { server, port, limitFiles } = await startLimited(directory)
    const publisher = await RawPublisher.connect(port, 'gw-1', password)
    const acknowledged = new Set<string>()
    const publish = async (name: string) => {
      if (await publisher.publish(TOPIC, Buffer.from(name))) acknowledged.add(name)
    }
    await publish('before')

    limitFiles('4096')
    const waiting = Array.from({ length: 200 }, (_, index) => publish(`packet ${index}`))
    await expect.poll(() => server.log(), { timeout: 20_000 }).toContain('commit error')
    publisher.ping()
    await expect.poll(() => publisher.pongs).toBe(1)
    expect([...acknowledged]).toEqual(['before'])

    limitFiles('unlimited')
    await Promise.all(waiting)
    expect(acknowledged.size).toBe(201)
    expect(publisher.closed).toBe(false)
    publisher.close()
    await server.stop()
    expect((await payloads(directory)).toSorted()).toEqual([...acknowledged].toSorted())
  })

  test.runIf(requireServer('mosquitto'))('what an external broker has for us stays with it', async () => {
    const broker = await startMosquitto()
    onTestFinished(() => broker.stop())
    const directory = scratchDirectory()
    const full = await startLimited(directory, broker.url)
    await expect.poll(() => broker.log()).toContain('SUBSCRIBE')
    full.limitFiles('4096')
    const publisher = await connectAsync(broker.url)
    await Promise.all(Array.from({ length: 100 }, (_, index) => publisher.publishAsync(TOPIC, `${index}`, { qos: 1 })))
    await publisher.endAsync()
    await expect.poll(() => full.server.log(), { timeout: 20_000 }).toContain('commit error')
    await full.server.kill()

    await startLimited(directory, broker.url)
    await expect.poll(async () => (await payloads(directory)).length, { timeout: 20_000 }).toBe(100)
  })
})

async function startLimited(directory: string, broker = '') {
  const program = join(import.meta.dirname, 'receiver-process.ts')
  const command = `trap '' XFSZ; exec "${process.execPath}" "${program}" "${directory}" ${broker}`
  const server = await startProcess('/bin/bash', ['-c', command], (log) => /listening \d+/.test(log))
  onTestFinished(() => server.kill())
  const limitFiles = (size: string) => execFileSync(PRLIMIT, ['--pid', String(server.pid), `--fsize=${size}:`])
  return { server, port: Number(/listening (\d+)/.exec(server.log())?.[1]), limitFiles }
}

async function payloads(directory: string): Promise<string[]> {
  const reader = new SqliteJournalReader({ path: join(directory, 'journal.db'), archive: join(directory, 'archive') })
  const last = reader.lastPosition()
  const packets = last === 0 ? [] : await readAll(reader, 0, last)
  return packets.map(({ payload }) => textOf(payload))
}
