/** What the long runs tell: figures and a table for each. */
import { commitText } from '../../bench/machine.ts'
import { runDamages } from './damage-run.ts'
import { type DiskTrials, runDiskTrials } from './disk-trials.ts'
import type { Comparison } from './kill-oracle.ts'
import { type KillTrials, runKillTrials } from './kill-trials.ts'
import { tryMutant } from './mutant-run.ts'
import { MUTANTS } from './mutants.ts'
import { runOrders } from './order-run.ts'
import { runPowerCuts } from './power-run.ts'
import type { ScoreboardPart } from './scoreboard.ts'
import { runStoreFaults } from './store-run.ts'

export interface ToldRun {
  readonly part: Omit<ScoreboardPart, 'command'>
  /** None when all went well. */
  readonly complaints: readonly string[]
}

/** Told after each trial: a thousand kills take an hour. */
export async function killPart(options: Parameters<typeof runKillTrials>[0], tell: (run: ToldRun) => void): Promise<ToldRun> {
  return killsTold(await runKillTrials(options, (sum) => tell(killsTold(sum))))
}

function killsTold(run: KillTrials): ToldRun {
  const hit = [...run.points.values()].filter((times) => times > 0).length
  const missed = [...run.points].filter(([, times]) => times === 0).map(([point]) => `${point} was never hit`)
  const figures: ScoreboardPart['figures'] = [
    ['kills survived', run.kills],
    ['of these before it took packets again', run.atStart],
    ['of these at random', run.kills - [...run.points.values()].reduce((sum, times) => sum + times, 0)],
    ['stops in peace in between', run.cleanStops],
    ['trials, each the same story killed elsewhere', run.trials],
    ['crash points hit', `${hit} of ${run.points.size}`],
    ['packets sent, again after a kill included', run.sent],
    ...compared(run, run.packets),
  ]
  const rows = [...run.points].map(([point, times]) => [`\`${point}\``, times])
  return { part: { figures, table: { head: ['crash point', 'kills'], rows } }, complaints: [...run.complaints, ...missed] }
}

export async function powerPart(options: Parameters<typeof runPowerCuts>[0]): Promise<ToldRun> {
  const run = await runPowerCuts(options)
  const figures: ScoreboardPart['figures'] = [
    ['power cuts survived', run.cuts],
    ['of these at random', run.atRandom],
    ['just behind crash points', `${run.points.size} of them`],
    ...compared(run, run.packets),
  ]
  return { part: { figures }, complaints: run.complaints }
}

export async function storePart(options: Parameters<typeof runStoreFaults>[0]): Promise<ToldRun> {
  const run = await runStoreFaults(options)
  const figures: ScoreboardPart['figures'] = [
    ['points counted in InfluxDB', run.points],
    ['packets that waited, at most', run.mostPending],
    ['readings a second into the store while that drained, live', run.drainedPerSecond],
    ['resident memory at most, MiB', run.mostResidentMiB],
    ...compared(run, run.packets),
  ]
  const head = ['fault', 'writes that met it', 'packets acknowledged meanwhile', 'PUBACK p99, ms']
  const rows = run.faults.map(({ fault, met, acknowledged, pubackP99Ms }) => [
    fault,
    fault === 'down' ? 'all' : met,
    acknowledged,
    Math.round(pubackP99Ms),
  ])
  return { part: { figures, table: { head, rows } }, complaints: run.complaints }
}

/** Told after each trial. */
export async function diskPart(options: Parameters<typeof runDiskTrials>[0], tell: (run: ToldRun) => void): Promise<ToldRun> {
  return disksTold(await runDiskTrials(options, (sum) => tell(disksTold(sum))))
}

function disksTold(run: DiskTrials): ToldRun {
  const figures: ScoreboardPart['figures'] = [
    ...Object.entries(run.fills).map(([which, times]): [string, number] => [`times that the disk of ${which} was full`, times]),
    ['trials, each a story of its own', run.trials],
    ['hung for a while, then went on', run.trials],
    ['turned read-only, then repaired', run.trials],
    ['longest from room to going on, ms', Number.isFinite(run.longestResumeMs) ? Math.round(run.longestResumeMs) : 'never'],
    ...compared(run, run.packets),
  ]
  const rows = Object.entries(run.refused).map(([what, times]) => [what, times])
  return { part: { figures, table: { head: ['write', 'times it was refused'], rows } }, complaints: run.complaints }
}

export async function orderPart(options: Parameters<typeof runOrders>[0]): Promise<ToldRun> {
  const { different, complaints, ...run } = await runOrders(options)
  const figures: ScoreboardPart['figures'] = [
    ['orders tried', run.permutations],
    ['packets of the day', run.packets],
    ['of these of days before', run.latePackets],
    ['usage points', run.usagePoints],
    ['alerts', run.alerts],
    ['of these raised on the day', run.raisedThatDay],
    ['orders after which late readings were judged again', run.judgedAgain],
    ...Object.entries(different).map(([what, orders]): [string, number] => [`orders with other ${what}`, orders]),
  ]
  return { part: { figures }, complaints }
}

export async function damagePart(options: Parameters<typeof runDamages>[0]): Promise<ToldRun> {
  const { tries, complaints } = await runDamages(options)
  const kinds = [...new Set(tries.map(({ file }) => file))]
  const rows = kinds.map((kind) => {
    const some = tries.filter(({ file }) => file === kind)
    const counts = [some.filter(({ reported }) => reported), some.filter(({ madeAnew }) => madeAnew)]
    return [`\`${kind}\``, some.length, ...counts.map(({ length }) => length)]
  })
  const figures: ScoreboardPart['figures'] = [
    ['files damaged', tries.length],
    ['starts that failed, readings or alerts that were others, silence where it matters', complaints.length],
  ]
  return {
    part: { figures, table: { head: ['file', 'damaged', 'reported', 'made anew, and right afterwards'], rows } },
    complaints,
  }
}

/** Told after each: all take half an hour on a quiet machine. Numbers `from` to `to` are tried; the others stay as in `before`. */
export async function mutantPart(
  {
    seed,
    from,
    to,
    before,
    say,
  }: { seed: string; from: number; to: number; before: readonly Row[]; say: (line: string) => void },
  tell: (run: ToldRun) => void,
): Promise<ToldRun> {
  const rows: Row[] = before.slice(0, MUTANTS.length)
  const commit = commitText()
  let run = mutantsTold(rows)
  for (const [index, mutant] of MUTANTS.entries()) {
    if (index < Math.min(from - 1, rows.length) || index >= to) continue
    const { name, run: kind, complaint, neverHit } = await tryMutant(mutant, seed, () => {})
    const missing = neverHit.length === 0 ? '' : `, and ${neverHit.join(', ')} never hit`
    say(`${complaint === undefined ? `NOT NOTICED${missing}` : 'noticed'}: ${name}`)
    rows[index] = [name, kind, complaint?.replaceAll('|', '\\|') ?? `${NOT_NOTICED}${missing}`, commit]
    run = mutantsTold(rows)
    tell(run)
  }
  return run
}

type Row = (string | number)[]
const NOT_NOTICED = '**not noticed**'

function mutantsTold(rows: readonly Row[]): ToldRun {
  const missed = rows.filter((row) => String(row[2]).startsWith(NOT_NOTICED))
  const figures: ScoreboardPart['figures'] = [
    ['bugs noticed', `${rows.length - missed.length} of ${rows.length} that were tried`],
    ['bugs there are to try', MUTANTS.length],
  ]
  const table = { head: ['bug', 'run', 'first complaint', 'commit'], rows: [...rows] }
  return { part: { figures, table }, complaints: missed.map(([name]) => `no run noticed: ${name}`) }
}

function compared(run: Comparison, packets: number): ScoreboardPart['figures'] {
  return [
    ['packets acknowledged (distinct)', `${run.acknowledged} (${packets})`],
    ['readings compared', run.readings],
    ['unreadable packets, all in quarantine', run.poisoned],
    ['lost', run.lost],
    ['doubled', run.doubled],
    ['alerts compared with an undisturbed run', run.alerts],
    ['differences of any kind', run.complaints.length],
  ]
}
