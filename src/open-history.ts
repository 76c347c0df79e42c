import type { Ledger } from '../model/ledger.ts'
import type { Config } from './config.ts'
import type { ReadingHistory } from './stores/reading-store.ts'

/** Opens what the configured store holds for reading it again; `directory` is that of the embedded store. */
export async function openHistory(store: Config['store'], directory: string, ledger: Ledger): Promise<ReadingHistory> {
  if (store.kind === 'influxdb') {
    const { InfluxHistory } = await import('./stores/influx-history.ts')
    const rows = new Map(ledger.usagePoints.id.map((id, row) => [id, row]))
    const { kind: _, ...place } = store
    return new InfluxHistory({ ...place, rowOf: (id) => rows.get(id), idOf: (row) => ledger.usagePoints.id[row] })
  }
  const { EmbeddedHistory } = await import('./stores/embedded-history.ts')
  return EmbeddedHistory.open({ directory, memoryMb: store.memoryMb, threads: store.threads })
}
