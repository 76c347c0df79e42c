import { Random } from '../../fixtures/simulator/random.ts'
import { Coverage } from './fuzz-coverage.ts'
import { mutate } from './fuzz-mutate.ts'
import { type FuzzTarget, fuzzTargets } from './fuzz-targets.ts'

export interface FuzzOptions {
  readonly seed: string
  /** Over all targets; a share of them guided by coverage, which is slower. */
  readonly inputs: number
  readonly guidedShare: number
  readonly say?: (line: string) => void
}

export interface FuzzedTarget {
  readonly name: string
  readonly inputs: number
  /** Inputs kept because they reached what none before them did. */
  readonly kept: number
  readonly blocks: number
  readonly longestMs: number
  readonly slow: readonly string[]
  readonly failures: readonly string[]
}

const MOST_MS = 10
const BATCH = 64
const MOST_FAILURES = 5

/** Every reader of bytes from outside against changed samples; what reaches new code becomes a sample. Nothing is thrown: see `failures`. */
export async function fuzzReaders({ seed, inputs, guidedShare, say = () => {} }: FuzzOptions): Promise<readonly FuzzedTarget[]> {
  const targets = fuzzTargets()
  const weights = targets.map(({ name }) => (name.startsWith('packet') ? 4 : 1))
  const weight = weights.reduce((sum, one) => sum + one, 0)
  const fuzzed: FuzzedTarget[] = []
  for (const [index, target] of targets.entries()) {
    const share = Math.ceil((inputs * weights[index]) / weight)
    const found = await fuzz(target, new Random(`fuzz/${seed}/${target.name}`), share, guidedShare)
    fuzzed.push(found)
    say(
      `${found.name}: ${found.inputs} inputs, ${found.kept} kept, longest ${found.longestMs.toFixed(1)} ms, ${found.failures.length} failures`,
    )
  }
  return fuzzed
}

async function fuzz(target: FuzzTarget, random: Random, inputs: number, guidedShare: number): Promise<FuzzedTarget> {
  const corpus = [...target.seeds]
  const watch = new Watch(target)
  for (const seed of target.seeds) await watch.run(seed)
  const guided = Math.ceil(inputs * guidedShare)
  let blocks = 0
  if (guided > 0) blocks = await explore(target, random, corpus, watch, guided)
  watch.timed = true
  while (watch.inputs < inputs) await watch.run(mutate(random, corpus, target.mostBytes))
  const { longestMs, slow, failures } = watch
  return { name: target.name, inputs: watch.inputs, kept: corpus.length - target.seeds.length, blocks, longestMs, slow, failures }
}

/** Grows the corpus. Counting is dear, so a batch is run at once and looked through only when it reached something new. */
async function explore(target: FuzzTarget, random: Random, corpus: Uint8Array[], watch: Watch, inputs: number): Promise<number> {
  const coverage = new Coverage()
  for (const seed of corpus) await watch.run(seed)
  coverage.know(coverage.takeNew())
  for (const end = watch.inputs + inputs; watch.inputs < end; ) {
    const batch = Array.from({ length: BATCH }, () => mutate(random, corpus, target.mostBytes))
    for (const input of batch) await watch.run(input)
    const fresh = coverage.takeNew()
    if (fresh.length === 0) continue
    for (const input of batch) {
      await watch.run(input)
      const reached = coverage.takeNew()
      if (reached.length === 0) continue
      corpus.push(input)
      coverage.know(reached)
    }
    // what only the first run reached, as code that runs once, is not looked for again
    coverage.know(fresh)
  }
  coverage.stop()
  return coverage.blocks
}

/** Runs inputs, and remembers those that failed or took long. */
class Watch {
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
