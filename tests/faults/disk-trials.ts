/** Many full disks: trials one after the other, each a story of its own with four of them, a hang and a turn to read-only. */
import { type DiskRun, type DiskRunOptions, runDiskFaults } from './disk-run.ts'
import { added } from './kill-oracle.ts'

export interface DiskTrials extends DiskRun {
  readonly trials: number
}

/** In one story: two of the disk of everything, one of each other. */
const FILLS = 4

/** `tell` is given the sum after each trial. */
export async function runDiskTrials(options: DiskRunOptions, tell: (sum: DiskTrials) => void): Promise<DiskTrials> {
  const { seed, fills, say } = options
  let sum: DiskTrials | undefined
  while (sum === undefined || sum.trials * FILLS < fills) {
    const own = `${seed}/${(sum?.trials ?? 0) + 1}`
    const run = await runDiskFaults({ ...options, seed: own, fills: FILLS, say: (line) => say(`trial ${own}: ${line}`) })
    sum = together(sum, { ...run, complaints: run.complaints.map((complaint) => `trial ${own}: ${complaint}`), trials: 1 })
    tell(sum)
  }
  return sum
}

function together(sum: DiskTrials | undefined, run: DiskTrials): DiskTrials {
  if (sum === undefined) return run
  const { fills } = sum
  return {
    ...added(sum, run),
    trials: sum.trials + run.trials,
    fills: {
      all: fills.all + run.fills.all,
      archive: fills.archive + run.fills.archive,
      readings: fills.readings + run.fills.readings,
    },
    refused: Object.fromEntries(Object.entries(run.refused).map(([what, times]) => [what, times + (sum.refused[what] ?? 0)])),
    longestResumeMs: Math.max(sum.longestResumeMs, run.longestResumeMs),
    packets: sum.packets + run.packets,
  }
}
