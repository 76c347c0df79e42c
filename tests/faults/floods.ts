/** node tests/faults/floods.ts --seconds 10: floods of the tests in long, their result in docs/scoreboard/floods.json. */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { runFloods } from './flood-run.ts'
import { writeScore } from './score-file.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, sockets: { type: 'string', default: '1000' } },
})
const [seconds, sockets] = [Number(values.seconds), Number(values.sockets)]
const CAP_MIB = 1_536
const loadBefore = loadavg()[0]
const began = performance.now()
const run = await runFloods({ seconds, sockets, gateways: 20, rate: 20, say: (line) => console.log(line) })
const floods = run.floods.map((flood) => ({
  ...flood,
  share: Number((flood.inTime / flood.offered / (run.calm.inTime / run.calm.offered)).toFixed(3)),
}))
console.log(run.calm, floods, run.refusals)
writeScore('floods', {
  ...{ command: `node tests/faults/floods.ts --seconds ${seconds} --sockets ${sockets}`, seed: 'none' },
  ...{ seconds: Math.round((performance.now() - began) / 1000), loadBefore: Number(loadBefore.toFixed(1)) },
  ...{ capMiB: CAP_MIB, refusals: run.refusals, rows: [{ ...run.calm, share: 1 }, ...floods] },
})
process.exitCode = floods.every(
  ({ name, share, lost, mostMiB, asked, answered, came, letIn }) =>
    (share >= 0.95 || name.startsWith('all')) &&
    lost === 0 &&
    mostMiB <= CAP_MIB &&
    answered >= 0.95 * asked &&
    letIn >= 0.95 * came,
)
  ? 0
  : 1
