import type { FuzzTarget } from './fuzz-targets.ts'

const MOST_MS = 10
const MOST_FAILURES = 5

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
    // a pause of the machine is not the input's: what counts is the processor time of the best of some more runs
    const own = took > MOST_MS / 2 ? await this.#processorMs(input) : took
    this.longestMs = Math.max(this.longestMs, Math.min(own, took))
    if (own > MOST_MS) this.slow.push(`${own.toFixed(1)} ms, ${input.length} bytes: ${base64Of(input, 200)}`)
  }

  async #processorMs(input: Uint8Array): Promise<number> {
    let best = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < 5; turn++) {
      const began = process.threadCpuUsage()
      if (this.#target.read) this.#target.read(input)
      else await this.#target.run(input)
      const { user, system } = process.threadCpuUsage(began)
      best = Math.min(best, (user + system) / 1_000)
    }
    return best
  }
}

function base64Of(input: Uint8Array, most: number): string {
  return Buffer.from(input.subarray(0, most)).toString('base64')
}
