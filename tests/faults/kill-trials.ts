/** Many kills: trials one after the other, each the same story from its beginning, killed elsewhere. */
import type { CrashPoint } from '../../ingest/crash-point.ts'
import { added } from './kill-oracle.ts'
import { type KillRun, type KillRunOptions, runKills } from './kill-run.ts'

export interface KillTrials extends KillRun {
  readonly trials: number
}

/** In one story: few enough that each life does a fair share of it. */
const KILLS = 100

/** `tell` is given the sum after each trial. Ends early when `signal` aborts; what was done is compared all the same. */
export async function runKillTrials(options: KillRunOptions, tell: (sum: KillTrials) => void = () => {}): Promise<KillTrials> {
  const { seed, kills, signal, say } = options
  let sum: KillTrials | undefined
  while (sum === undefined || (sum.kills < kills && !signal?.aborted)) {
    const done = sum?.kills ?? 0
    const own = `${seed}/${(sum?.trials ?? 0) + 1}`
    const left = Math.min(KILLS, kills - done)
    const run = await runKills({ ...options, seed: own, kills: left, say: (line) => say(`trial ${own}: ${line}`) })
    for (const complaint of run.complaints) say(`trial ${own}: ${complaint}`)
    sum = together(sum, { ...run, complaints: run.complaints.map((complaint) => `trial ${own}: ${complaint}`), trials: 1 })
    tell(sum)
  }
  return sum
}

function together(sum: KillTrials | undefined, run: KillTrials): KillTrials {
  if (sum === undefined) return run
  return {
    ...added(sum, run),
    trials: sum.trials + run.trials,
    kills: sum.kills + run.kills,
    atStart: sum.atStart + run.atStart,
    cleanStops: sum.cleanStops + run.cleanStops,
    points: addedPoints(sum.points, run.points),
    packets: sum.packets + run.packets,
    sent: sum.sent + run.sent,
  }
}

function addedPoints(sum: KillRun['points'], run: KillRun['points']): Map<CrashPoint, number> {
  return new Map([...sum].map(([point, times]) => [point, times + (run.get(point) ?? 0)]))
}
