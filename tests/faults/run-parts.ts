/** What the long runs tell: figures and a table for each. */
import { runDiskFaults } from './disk-run.ts'
import type { Comparison } from './kill-oracle.ts'
import { runKills } from './kill-run.ts'
import { tryMutant } from './mutant-run.ts'
import { MUTANTS } from './mutants.ts'
import { runPowerCuts } from './power-run.ts'
import type { ScoreboardPart } from './scoreboard.ts'
import { runStoreFaults } from './store-run.ts'

export interface ToldRun {
  readonly part: Omit<ScoreboardPart, 'command'>
  /** None when all went well. */
  readonly complaints: readonly string[]
}

export async function killPart(options: Parameters<typeof runKills>[0]): Promise<ToldRun> {
  const run = await runKills(options)
  const hit = [...run.points.values()].filter((times) => times > 0).length
  const missed = [...run.points].filter(([, times]) => times === 0).map(([point]) => `${point} was never hit`)
  const figures: ScoreboardPart['figures'] = [
    ['kills survived', run.kills],
    ['of these at random', run.kills - [...run.points.values()].reduce((sum, times) => sum + times, 0)],
    ['stops in peace in between', run.cleanStops],
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

export async function diskPart(options: Parameters<typeof runDiskFaults>[0]): Promise<ToldRun> {
  const run = await runDiskFaults(options)
  const figures: ScoreboardPart['figures'] = [
    ...Object.entries(run.fills).map(([which, times]): [string, number] => [`times that the disk of ${which} was full`, times]),
    ['hung for a while, then went on', 1],
    ['turned read-only, then repaired', 1],
    ['longest from room to going on, ms', Math.round(run.longestResumeMs)],
    ...compared(run, run.packets),
  ]
  const rows = Object.entries(run.refused).map(([what, times]) => [what, times])
  return { part: { figures, table: { head: ['write', 'times it was refused'], rows } }, complaints: run.complaints }
}

export async function mutantPart(seed: string, say: (line: string) => void): Promise<ToldRun> {
  const rows: (string | number)[][] = []
  const complaints: string[] = []
  for (const mutant of MUTANTS) {
    const { name, run, complaint } = await tryMutant(mutant, seed, () => {})
    say(`${complaint === undefined ? 'NOT NOTICED' : 'noticed'}: ${name}`)
    rows.push([name, run, complaint === undefined ? '**not noticed**' : complaint.replaceAll('|', '\\|')])
    if (complaint === undefined) complaints.push(`no run noticed: ${name}`)
  }
  const figures: ScoreboardPart['figures'] = [['bugs noticed', `${rows.length - complaints.length} of ${rows.length}`]]
  return { part: { figures, table: { head: ['bug', 'run', 'first complaint'], rows } }, complaints }
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
