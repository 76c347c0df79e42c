import type { FuzzTarget } from './fuzz-targets.ts'

const MOST_MS = 10
const MOST_FAILURES = 5
const TURNS = 20

/** Runs inputs, and remembers those that failed or took long. */
export class FuzzWatch {
  inputs = 0
  longestMs = 0
  /** Not while V8 counts blocks: that alone takes several times as long. */
  timed = false
  readonly slow: string[] = []
  readonly failures: string[] = []
  readonly #target: FuzzTarget

  constructor(target: FuzzTarget) {
    this.#target = target
  }

  async run(input: Uint8Array): Promise<void> {
    this.inputs++
    const began = performance.now()
    try {
      await this.#target.run(input)
    } catch (error) {
      const trace = error instanceof Error ? error.stack : String(error)
      if (this.failures.length < MOST_FAILURES) this.failures.push(`${trace}\n${base64Of(input, 4_000)}`)
    }
    const took = performance.now() - began
    if (!this.timed || took <= this.longestMs) return
    const own = took > MOST_MS / 2 ? Math.min(took, await this.#bestMs(input)) : took
    this.longestMs = Math.max(this.longestMs, own)
    if (own > MOST_MS) this.slow.push(`${own.toFixed(1)} ms, ${input.length} bytes: ${base64Of(input, 4_096)}`)
  }

  /** A pause of the machine is not the input's. Time as it passes: what the system says of a thread's processor moves in steps of 4 ms. */
  async #bestMs(input: Uint8Array): Promise<number> {
    let best = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < TURNS; turn++) {
      const began = performance.now()
      if (this.#target.read) this.#target.read(input)
      else await this.#target.run(input)
      best = Math.min(best, performance.now() - began)
    }
    return best
  }
}

function base64Of(input: Uint8Array, most: number): string {
  return Buffer.from(input.subarray(0, most)).toString('base64')
}
