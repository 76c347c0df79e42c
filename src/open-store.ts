import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { StoreRefusals } from './store-refusals.ts'
import type { ReadingStore } from './stores/reading-store.ts'

export interface OpenStoreOptions {
  readonly directory: string
  /** The ledger's id of a usage point row. */
  readonly idOf: (usagePoint: number) => string
  readonly refusals: StoreRefusals
  readonly log: Logger
}

/** Opens the store that the configuration names; only that one is loaded. */
export async function openStore(
  store: Config['store'],
  { directory, idOf, refusals, log }: OpenStoreOptions,
): Promise<ReadingStore> {
  if (store.kind === 'influxdb') {
    const { InfluxStore } = await import('./stores/influx-store.ts')
    const { kind: _, ...place } = store
    return new InfluxStore({
      ...place,
      idOf,
      onRefused: (reading, reason) => {
        log.warn({ reading, reason }, 'InfluxDB does not take a reading as it stands; it is in quarantine')
        refusals.add(reading, reason)
      },
    })
  }
  const { EmbeddedStore } = await import('./stores/embedded-store.ts')
  const embedded = await EmbeddedStore.open({
    directory,
    memoryMb: store.memoryMb,
    threads: store.threads,
    onSetAside: (file, reason) =>
      log.error({ file, reason }, 'a file of readings is broken and was set aside; the archive has what it held'),
  })
  embedded.lookThrough()
  return embedded
}
