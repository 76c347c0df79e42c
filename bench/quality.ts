/**
 * Detection quality: node bench/quality.ts --world DIR --alerts FILE [--world DIR --alerts FILE …] [--list]
 * judges lists of alerts (alerts.ndjson of `adit detect`) against worlds written by fixtures/write-world.ts.
 */
import { parseArgs } from 'node:util'
import { reportText } from './quality/report.ts'
import { join, judge } from './quality/score.ts'
import { readAlerts, readTruth } from './quality/truth.ts'

const { values } = parseArgs({
  options: {
    world: { type: 'string', multiple: true, default: [] },
    alerts: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
  },
})
const { world: worlds, alerts } = values
if (worlds.length === 0 || worlds.length !== alerts.length) throw new Error('give one --alerts FILE for each --world DIR')
const verdicts = worlds.map((directory, i) => judge(readTruth(directory), readAlerts(alerts[i] ?? '')))
console.log(reportText(join(verdicts), values.list))
