import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { GenericContainer, Wait } from 'testcontainers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { requireServer } from '../servers/require-server.ts'

const IMAGE = process.env.ADIT_TEST_IMAGE_MOSQUITTO ?? 'eclipse-mosquitto:2'
const CONFIG = ['user root', 'listener 1883', 'allow_anonymous true', 'log_dest stderr', 'log_type all', ''].join('\n')

describe.runIf(requireServer('container engine'))('Mosquitto in a container', () => {
  test('what a gateway publishes to it is in the journal, each reading once', async () => {
    const container = await new GenericContainer(IMAGE)
      .withCopyContentToContainer([{ content: CONFIG, target: '/tmp/mosquitto.conf' }])
      .withEntrypoint(['mosquitto'])
      .withCommand(['-c', '/tmp/mosquitto.conf'])
      .withExposedPorts(1883)
      .withWaitStrategy(Wait.forLogMessage(/ running/))
      .start()
    onTestFinished(async () => {
      await container.stop()
    })
    const url = `mqtt://${container.getHost()}:${container.getMappedPort(1883)}`
    const dataDirectory = scratchDirectory()
    const receiver = await startReceiver({ dataDirectory, ...ReceiverConfig.parse({ edge: null, source: { url } }) })
    onTestFinished(() => receiver.stop())
    await expect.poll(async () => (await receiver.status()).source?.state, { timeout: 15_000 }).toBe('connected')

    const gateway = await connectAsync(url)
    onTestFinished(() => gateway.endAsync())
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => gateway.publishAsync('adit/v1/gw-1/readings', `${index}`, { qos: 1 })),
    )
    const reader = new SqliteJournalReader({ path: join(dataDirectory, 'journal.db') })
    onTestFinished(() => reader.close())
    await expect.poll(() => reader.lastPosition(), { timeout: 15_000 }).toBe(200)
  })
})
