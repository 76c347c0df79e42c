/** node tests/faults/brokers.ts --rounds 200 --seed S: the broker faults of the tests in long, their result in docs/scoreboard/brokers.json. */
import { parseArgs } from 'node:util'
import { runBrokerFaults } from './broker-run.ts'
import { writeScore } from './score-file.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } })
const { seed } = values
const rounds = Number(values.rounds)
const began = performance.now()
const seconds = () => Math.round((performance.now() - began) / 1000)
const run = await runBrokerFaults(seed, rounds, (line) => console.log(`${seconds()} s: ${line}`))
console.log(run)
writeScore('brokers', {
  command: `node tests/faults/brokers.ts --rounds ${rounds} --seed ${seed}`,
  seed,
  seconds: seconds(),
  rounds,
  ...run,
})
process.exitCode = run.lost + run.doubled + run.complaints.length === 0 ? 0 : 1
