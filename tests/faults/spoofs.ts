/** node tests/faults/spoofs.ts --attempts 10000 --seed S: the spoof run of the tests in long, its result in docs/scoreboard/spoofs.json. */
import { parseArgs } from 'node:util'
import { writeScore } from './score-file.ts'
import { runSpoofs } from './spoof-run.ts'

const { values } = parseArgs({
  options: { attempts: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const { seed } = values
const attempts = Number(values.attempts)
const began = performance.now()
const run = await runSpoofs({ seed, attempts, say: (line) => console.log(line) })
console.log(run)
const seconds = Math.round((performance.now() - began) / 1000)
writeScore('spoofs', { command: `node tests/faults/spoofs.ts --attempts ${attempts} --seed ${seed}`, seed, seconds, ...run })
process.exitCode = run.accepted + run.uncounted + run.complaints.length === 0 ? 0 : 1
