import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { readAll } from '../contracts/journal.ts'
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
    const program = join(import.meta.dirname, 'receiver-process.ts')
    const command = `trap '' XFSZ; exec "${process.execPath}" "${program}" "${directory}"`
    const server = await startProcess('/bin/bash', ['-c', command], (log) => /listening \d+/.test(log))
    onTestFinished(() => server.kill())
    const limitFiles = (size: string) => execFileSync(PRLIMIT, ['--pid', String(server.pid), `--fsize=${size}:`])

    const publisher = await RawPublisher.connect(Number(/listening (\d+)/.exec(server.log())?.[1]), 'gw-1', password)
    const acknowledged = new Set<string>()
    const publish = async (name: string) => {
      if (await publisher.publish(TOPIC, Buffer.from(name.padEnd(200, '.')))) acknowledged.add(name)
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

    const reader = new SqliteJournalReader({ path: join(directory, 'journal.db'), archive: join(directory, 'archive') })
    const packets = await readAll(reader, 0, reader.lastPosition())
    expect(packets.map(({ position }) => position)).toEqual(packets.map((_, index) => index + 1))
    const kept = new Set(packets.map(({ payload }) => textOf(payload).replace(/\.+$/, '')))
    expect([...acknowledged].filter((name) => !kept.has(name))).toEqual([])
  })
})
