/** node tests/faults/clocks.ts: the clock runs of the tests, their result in docs/scoreboard/clocks.json. */
import { runClockSteps, runZones, ZONES } from './clock-run.ts'
import { writeScore } from './score-file.ts'

const began = performance.now()
const zones = await runZones()
const steps = await runClockSteps(40)
const different = new Set(zones.outputs).size - 1
console.log({ zones: ZONES, different, alerts: zones.alerts }, steps)
writeScore('clocks', {
  ...{ command: 'node tests/faults/clocks.ts', seed: 'none' },
  ...{
    seconds: Math.round((performance.now() - began) / 1000),
    zones: { tried: ZONES, different, alerts: zones.alerts },
    steps,
  },
})
process.exitCode = different + steps.lost + steps.doubled + steps.complaints.length === 0 ? 0 : 1
