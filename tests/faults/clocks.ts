/** node tests/faults/clocks.ts --permutations 10000 --seed S: the clock runs of the tests in long, their result in docs/scoreboard/clocks.json. */
import { parseArgs } from 'node:util'
import { runClockSteps, runPermutations, runZones, ZONES } from './clock-run.ts'
import { writeScore } from './score-file.ts'

const { values } = parseArgs({
  options: { permutations: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const { seed } = values
const permutations = Number(values.permutations)
const began = performance.now()
const zones = await runZones()
const steps = await runClockSteps(40)
const orders = runPermutations(seed, permutations)
const different = new Set(zones.outputs).size - 1
console.log({ zones: ZONES, different, alerts: zones.alerts }, steps, orders)
writeScore('clocks', {
  ...{ command: `node tests/faults/clocks.ts --permutations ${permutations} --seed ${seed}`, seed },
  ...{
    seconds: Math.round((performance.now() - began) / 1000),
    zones: { tried: ZONES, different, alerts: zones.alerts },
    steps,
    orders,
  },
})
process.exitCode = different + steps.lost + steps.doubled + steps.complaints.length + orders.different === 0 ? 0 : 1
