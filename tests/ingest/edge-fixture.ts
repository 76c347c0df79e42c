import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { GatewayDirectory } from '../../ingest/gateway-directory.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { type Receiver, startReceiver } from '../../ingest/receiver.ts'
import { ReceiverConfig } from '../../ingest/receiver-options.ts'
import { readAll } from '../contracts/journal.ts'
import { textOf } from './sample-packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

/** A receiving half on a free port, with gateway gw-1 registered; stopped with the test. */
export interface EdgeFixture {
  readonly directory: string
  readonly receiver: Receiver
  readonly gateways: GatewayDirectory
  readonly port: number
  readonly password: string
  /** Everything in the journal: gateway, topic and payload as text. */
  journalled(): Promise<string[][]>
}

export async function startEdge(limits: Record<string, number> = {}, tls?: object): Promise<EdgeFixture> {
  const directory = scratchDirectory()
  const gateways = new GatewayDirectory(join(directory, 'gateways.db'))
  const password = gateways.add('gw-1', new Date())
  const config = ReceiverConfig.parse({ edge: { port: 0, limits, tls } })
  const receiver = await startReceiver({ dataDirectory: directory, ...config })
  onTestFinished(async () => {
    await receiver.stop()
    gateways.close()
  })
  return {
    directory,
    receiver,
    gateways,
    port: receiver.edgeAddresses[0]?.port ?? 0,
    password,
    journalled: async () => {
      const reader = new SqliteJournalReader({ path: join(directory, 'journal.db') })
      const last = reader.lastPosition()
      const packets = last === 0 ? [] : await readAll(reader, 0, last)
      return packets.map(({ gateway, topic, payload }) => [gateway, topic, textOf(payload)])
    },
  }
}
