import { Random } from '../../fixtures/simulator/random.ts'
import { Coverage } from './fuzz-coverage.ts'
import { mutate } from './fuzz-mutate.ts'
import { type FuzzTarget, fuzzTargets } from './fuzz-targets.ts'
import { FuzzWatch } from './fuzz-watch.ts'

export interface FuzzOptions {
  readonly seed: string
  /** Targets whose name fits; all without it. */
  readonly of?: RegExp
  /** Guided by coverage, which is slower: over all targets. */
  readonly guided: Budget
  /** Then changed from what was kept, each timed. */
  readonly timed: Budget
  readonly say?: (line: string) => void
}

type Budget = { readonly inputs: number } | { readonly seconds: number }

export interface FuzzedTarget {
  readonly name: string
  readonly inputs: number
  readonly guided: number
  /** Inputs kept because they reached what none before them did. */
  readonly kept: number
  /** Functions of ingest and model that were entered, and the share of their text that ran. */
  readonly functions: number
  readonly share: number
  readonly longestMs: number
  /** Resident memory after a fifth of the timed inputs, and at their end. */
  readonly rssMiB: { readonly early: number; readonly end: number }
  readonly slow: readonly string[]
  readonly failures: readonly string[]
}

const BATCH = 64
/** A message is read as it comes from anybody; a file is somebody's who may import. */
const PACKET_WEIGHT = 4

/** Every reader of bytes from outside against changed samples; what reaches new code becomes a sample. Nothing is thrown: see `failures`. */
export async function fuzzReaders({
  seed,
  of = /./,
  guided,
  timed,
  say = () => {},
}: FuzzOptions): Promise<readonly FuzzedTarget[]> {
  const targets = fuzzTargets().filter(({ name }) => of.test(name))
  const weights = targets.map(({ name }) => (name.startsWith('packet') ? PACKET_WEIGHT : 1))
  const weight = weights.reduce((sum, one) => sum + one, 0)
  const fuzzed: FuzzedTarget[] = []
  for (const [index, target] of targets.entries()) {
    const share = weights[index] / weight
    const found = await fuzz(target, new Random(`fuzz/${seed}/${target.name}`), part(guided, share), part(timed, share))
    fuzzed.push(found)
    say(lineOf(seed, found))
  }
  return fuzzed
}

function lineOf(seed: string, { name, inputs, guided, kept, functions, share, longestMs, failures }: FuzzedTarget): string {
  const reached = `${functions} functions entered, ${(100 * share).toFixed(1)} % of their text run`
  return `seed ${seed}, ${name}: ${inputs} inputs, ${guided} of them guided, ${kept} kept; ${reached}; longest ${longestMs.toFixed(1)} ms, ${failures.length} failures`
}

function part(budget: Budget, share: number): Budget {
  return 'inputs' in budget ? { inputs: Math.ceil(budget.inputs * share) } : { seconds: budget.seconds * share }
}

async function fuzz(target: FuzzTarget, random: Random, guided: Budget, timed: Budget): Promise<FuzzedTarget> {
  const corpus = [...target.seeds]
  const watch = new FuzzWatch(target)
  for (const seed of target.seeds) await watch.run(seed)
  const reached = await explore(target, random, corpus, watch, guided)
  const explored = watch.inputs
  watch.timed = true
  const goOn = within(timed, watch)
  let early: number | undefined
  for (let left = goOn(); left > 0; left = goOn()) {
    if (left <= 0.8) early ??= rssMiB()
    await watch.run(mutate(random, corpus, target.mostBytes))
  }
  const { inputs, longestMs, slow, failures } = watch
  const kept = corpus.length - target.seeds.length
  const end = rssMiB()
  return {
    ...{ name: target.name, inputs, guided: explored, kept, ...reached, longestMs, slow, failures },
    rssMiB: { early: early ?? end, end },
  }
}

/** Grows the corpus. Counting is dear, so a batch is run at once and looked through only when it reached something new. */
async function explore(target: FuzzTarget, random: Random, corpus: Uint8Array[], watch: FuzzWatch, budget: Budget) {
  const coverage = new Coverage()
  const goOn = within(budget, watch)
  for (const seed of corpus) await watch.run(seed)
  coverage.know(coverage.takeNew())
  while (goOn() > 0) {
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
  return coverage.reached
}

/** What is left of a budget that begins now, as a share of it. */
function within(budget: Budget, watch: FuzzWatch): () => number {
  if ('seconds' in budget) {
    const began = performance.now()
    return () => 1 - (performance.now() - began) / (1_000 * budget.seconds)
  }
  const first = watch.inputs
  return () => 1 - (watch.inputs - first) / budget.inputs
}

function rssMiB(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20)
}
