/** Many full disks: trials one after the other, each two stories: one of fills, a hang and a turn to read-only, one in which each write is refused. */
import { type DiskRun, type DiskRunOptions, runDiskFaults } from './disk-run.ts'
import { added } from './kill-oracle.ts'
import { runRefusedWrites } from './refused-writes.ts'

export interface DiskTrials extends DiskRun {
  readonly trials: number
}

/** In one story: the disk of everything twice, of the archive twice, of the readings once. */
const FILLS = 5
/** There are alerts by then. */
const REFUSED_DAYS = 12

/** `tell` is given the sum after each trial. */
export async function runDiskTrials(options: DiskRunOptions, tell: (sum: DiskTrials) => void): Promise<DiskTrials> {
  const { seed, fills, say } = options
  let sum: DiskTrials | undefined
  while (sum === undefined || sum.trials * FILLS < fills) {
    const own = `${seed}/${(sum?.trials ?? 0) + 1}`
    const tellOwn = (line: string) => say(`trial ${own}: ${line}`)
    const story = await runDiskFaults({ ...options, seed: own, fills: FILLS, say: tellOwn })
    const writes = await runRefusedWrites({ days: REFUSED_DAYS, say: tellOwn })
    const none = { all: 0, archive: 0, readings: 0 }
    const run = together({ ...story, trials: 1 }, { ...writes, fills: none, trials: 0 })
    sum = together(sum, { ...run, complaints: run.complaints.map((complaint) => `trial ${own}: ${complaint}`) })
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
    refused: Object.fromEntries(
      Object.keys({ ...sum.refused, ...run.refused }).map((what) => [what, (sum.refused[what] ?? 0) + (run.refused[what] ?? 0)]),
    ),
    longestResumeMs: Math.max(sum.longestResumeMs, run.longestResumeMs),
    packets: sum.packets + run.packets,
  }
}
