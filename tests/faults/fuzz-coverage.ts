import { type Profiler, Session } from 'node:inspector'

/** Text of a function that ran, one byte a character. */
interface Reached {
  /** In all runs that are known of. */
  readonly known: Uint8Array
  readonly now: Uint8Array
}

/**
 * Which code of ingest and model ran, character by character, as V8 counts it. Its ranges themselves are no measure: an inner
 * one whose count is that of the one around it is left out. What an input reaches that none before it did is worth keeping.
 */
export class Coverage {
  readonly #session = new Session()
  /** By file and place. */
  readonly #functions = new Map<string, Uint8Array>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Functions that were entered, and the share of their text that ran. */
  get reached(): { readonly functions: number; readonly share: number } {
    let [all, ran] = [0, 0]
    for (const known of this.#functions.values()) {
      all += known.length
      for (const one of known) ran += one
    }
    return { functions: this.#functions.size, share: all === 0 ? 0 : ran / all }
  }

  /** What ran since the last call and is not known. */
  takeNew(): readonly Reached[] {
    const fresh: Reached[] = []
    for (const { url, functions } of this.#take()) {
      if (!/\/(ingest|model)\//.test(url)) continue
      for (const { ranges } of functions) {
        if (ranges[0].count === 0) continue
        const { startOffset, endOffset } = ranges[0]
        const known = this.#knownOf(`${url} ${startOffset} ${endOffset}`, endOffset - startOffset)
        const now = new Uint8Array(known.length)
        // inner ranges stand behind those around them
        for (const range of ranges) {
          now.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset)
        }
        if (now.some((ran, at) => ran > known[at])) fresh.push({ known, now })
      }
    }
    return fresh
  }

  know(fresh: readonly Reached[]): void {
    for (const { known, now } of fresh) for (let at = 0; at < now.length; at++) known[at] |= now[at]
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  #knownOf(key: string, length: number): Uint8Array {
    const known = this.#functions.get(key) ?? new Uint8Array(length)
    this.#functions.set(key, known)
    return known
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
