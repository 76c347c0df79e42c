import { type Profiler, Session } from 'node:inspector'

/** Which blocks of ingest and model ran, as V8 counts them: what an input reaches that none before it did is worth keeping. */
export class Coverage {
  readonly #session = new Session()
  readonly #known = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  get blocks(): number {
    return this.#known.size
  }

  /** Blocks that ran since the last call and are not known. */
  takeNew(): readonly string[] {
    const fresh: string[] = []
    for (const { url, functions } of this.#take()) {
      if (!/\/(ingest|model)\//.test(url)) continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const block = `${url} ${startOffset} ${endOffset}`
          if (count > 0 && !this.#known.has(block)) fresh.push(block)
        }
      }
    }
    return fresh
  }

  know(blocks: readonly string[]): void {
    for (const block of blocks) this.#known.add(block)
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** In one thread the inspector answers before `post` returns. */
  #take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error
      taken = result
    })
    return taken
  }
}
