import { Histogram, type Registry } from 'prom-client'
import type { ReadingBatch } from '../model/reading-batch.ts'
import type { LoadProfile, ReadingStore } from './stores/reading-store.ts'

/** A reading store that tells how long its writes take and whether the last one worked. */
export class WatchedStore implements ReadingStore {
  readonly #store: ReadingStore
  readonly #seconds: Histogram<'write'>
  /** Why the last write failed, undefined when it worked. */
  trouble: string | undefined

  constructor(store: ReadingStore, registry: Registry) {
    this.#store = store
    this.#seconds = new Histogram({
      name: 'adit_store_write_seconds',
      help: 'Time the reading store takes for a write',
      labelNames: ['write'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [registry],
    })
  }

  append(batch: ReadingBatch): Promise<void> {
    return this.#watch('append', () => this.#store.append(batch))
  }

  flush(): Promise<void> {
    return this.#watch('flush', () => this.#store.flush())
  }

  loadProfile(usagePoint: number, from: number, to: number): Promise<LoadProfile> {
    return this.#store.loadProfile(usagePoint, from, to)
  }

  loadProfiles(usagePoints: readonly number[], from: number, to: number): Promise<LoadProfile[]> {
    return this.#store.loadProfiles(usagePoints, from, to)
  }

  count(): Promise<number> {
    return this.#store.count()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #watch(write: string, work: () => Promise<void>): Promise<void> {
    const done = this.#seconds.startTimer({ write })
    try {
      await work()
      this.trouble = undefined
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      done()
    }
  }
}
