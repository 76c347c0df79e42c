import { Session } from 'node:inspector'
import { z } from 'zod'

const Taken = z.object({
  result: z.array(
    z.object({
      url: z.string(),
      functions: z.array(z.object({ ranges: z.array(z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() })) })),
    }),
  ),
})

/** Which blocks of ingest and model ran, as V8 counts them: what an input reaches that none before it did is worth keeping. */
export class Coverage {
  readonly #session = new Session()
  readonly #known = new Set<string>()

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  get blocks(): number {
    return this.#known.size
  }

  /** Blocks that ran since the last call and are not known. */
  takeNew(): readonly string[] {
    const { result } = Taken.parse(this.#post('Profiler.takePreciseCoverage'))
    const fresh: string[] = []
    for (const { url, functions } of result) {
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
    this.#post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** In one thread the inspector answers before `post` returns. */
  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
}
