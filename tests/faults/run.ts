/** npm run faults -- --kills 1000 --seed S: the kill run of the tests in long, its result in docs/scoreboard.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commitText, machineText } from '../../bench/machine.ts'
import { type KillRun, runKills } from './kill-run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '40' },
    out: { type: 'string', default: join(import.meta.dirname, '..', '..', 'docs', 'scoreboard.md') },
  },
})
const { seed, out } = values
const [kills, days] = [Number(values.kills), Number(values.days)]
const began = performance.now()
const seconds = () => Math.round((performance.now() - began) / 1000)
const run = await runKills({ seed, kills, days, say: (line) => console.log(`${seconds()} s: ${line}`) })
for (const complaint of run.complaints) console.error(complaint)
const command = `npm run faults -- --kills ${kills} --seed ${seed}${days === 40 ? '' : ` --days ${days}`}`
const text = scoreboard(run, command, seconds())
console.log(text)
writeFileSync(out, text)
const missed = [...run.points.values()].filter((times) => times === 0).length
process.exitCode = run.complaints.length + run.lost + run.doubled + missed === 0 ? 0 : 1

function scoreboard(result: KillRun, told: string, took: number): string {
  const { points, packets, sent, acknowledged, readings, poisoned, alerts, lost, doubled, complaints, cleanStops } = result
  const rows = [
    ['kills survived', result.kills],
    ['of these at random', result.kills - sumOf(points.values())],
    ['stops in peace in between', cleanStops],
    ['crash points hit', `${[...points.values()].filter((times) => times > 0).length} of ${points.size}`],
    ['packets acknowledged (distinct)', `${acknowledged} (${packets})`],
    ['packets sent, again after a kill included', sent],
    ['readings compared', readings],
    ['unreadable packets, all in quarantine', poisoned],
    ['lost', lost],
    ['doubled', doubled],
    ['alerts compared with an undisturbed run', alerts],
    ['differences of any kind', complaints.length],
    ['seed', seed],
    ['seconds', took],
    ['commit', commitText()],
    ['machine', machineText()],
  ]
  return `# Scoreboard

Written by \`${told}\`; do not edit. The service is killed with SIGKILL at every named crash point (\`ingest/crash-point.ts\`) and
at random in between, while gateways publish from outside. What was acknowledged is noted outside the process; readings, books,
quarantine and alerts are compared at the end.

| | |
|---|---|
${rows.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}

| crash point | kills |
|---|---|
${[...points].map(([point, times]) => `| \`${point}\` | ${times} |`).join('\n')}
`
}

function sumOf(counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
