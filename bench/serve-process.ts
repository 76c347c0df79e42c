import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'
import { z } from 'zod'
import { GatewayDirectory } from '../ingest/gateway-directory.ts'
import { openDataDirectory } from '../src/data-directory.ts'
import { startProcess } from '../tests/servers/server-process.ts'
import { fillLoadLedger } from './load-county.ts'

const Gateways = z.object({
  items: z.array(
    z.object({
      gateway: z.string(),
      book: z.object({
        received: z.number(),
        stored: z.number(),
        duplicate: z.number(),
        superseded: z.number(),
        quarantined: z.number(),
      }),
    }),
  ),
})
export type Book = z.infer<typeof Gateways>['items'][number]['book']

export interface ServeProcess {
  readonly pid: number
  readonly http: string
  readonly mqttPort: number
  readonly directory: string
  /** Of gw-0, gw-1, gw-2, gw-3. */
  readonly passwords: readonly string[]
  log(): string
  books(): Promise<ReadonlyMap<string, Book>>
  /** Resolves when so many readings were received and judged; the time of `performance.now()`. */
  received(readings: number, timeoutSeconds: number): Promise<number>
  /** Also deletes the data directory. */
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly usagePoints: number
  /** Further configuration, as in adit.yaml. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Further options of Node itself. */
  readonly node?: readonly string[]
  /** Fills the ledgers in another way than with the load county. */
  readonly fill?: (ledgerPath: string) => Promise<void>
}

/** `adit serve` as a process of its own over a fresh data directory with ledgers and four gateways. */
export async function startServe({ usagePoints, config = {}, node = [], fill }: ServeOptions): Promise<ServeProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-'))
  const files = openDataDirectory(join(directory, 'data'))
  if (fill) await fill(files.ledger)
  else await fillLoadLedger(files.ledger, usagePoints)
  const gateways = new GatewayDirectory(files.gateways)
  const passwords = [0, 1, 2, 3].map((i) => gateways.add(`gw-${i}`, new Date()))
  gateways.close()
  const configFile = join(directory, 'adit.yaml')
  writeFileSync(configFile, stringify({ log: 'warn', http: { port: 0 }, mqtt: { port: 0 }, ...config }))
  const adit = join(import.meta.dirname, '../src/cli/adit.ts')
  const server = await startProcess(
    process.execPath,
    [...node, adit, 'serve', '--config', configFile, '--data', files.directory],
    (log) => log.includes('adit ready'),
    120_000,
  )
  const http = /http:\/\/\S+/.exec(server.log())?.[0] ?? ''
  const books = async () =>
    new Map(
      Gateways.parse(await (await fetch(`${http}/api/v1/gateways`)).json()).items.map(({ gateway, book }) => [gateway, book]),
    )
  return {
    pid: server.pid,
    http,
    mqttPort: Number(/mqtt:\/\/[^\s:]+:(\d+)/.exec(server.log())?.[1] ?? 0),
    directory: files.directory,
    passwords,
    log: server.log,
    books,
    received: async (readings, timeoutSeconds) => {
      const deadline = performance.now() + timeoutSeconds * 1000
      for (;;) {
        const sum = [...(await books()).values()].reduce((total, { received }) => total + received, 0)
        if (sum >= readings) return performance.now()
        if (performance.now() > deadline)
          throw new Error(`${sum} of ${readings} readings after ${timeoutSeconds} s:\n${server.log().slice(-2000)}`)
        await delay(50)
      }
    },
    stop: async () => {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
