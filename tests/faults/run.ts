/**
 * The fault runs of the tests in long; each writes its part of docs/scoreboard.md:
 * npm run faults -- --kills 1000 [--minutes N] | --power-cuts 200 | --store-faults | --disk-fills 50 | --damages 10 | --mutants [--from N] [--to N]
 * | --permutations 10000 | --fuzz 1e7 [--guided 0.05] [--sessions 1e5] [--requests 1e5] [--seed S] [--days N]
 */
import { parseArgs } from 'node:util'
import { commitText, machineText } from '../../bench/machine.ts'
import { fuzzPart } from './fuzz-part.ts'
import { damagePart, diskPart, killPart, mutantPart, orderPart, powerPart, storePart, type ToldRun } from './run-parts.ts'
import { type PartName, readPart, writePart } from './scoreboard.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    /** No further kill after so many; what was done is compared and told. */
    minutes: { type: 'string' },
    'power-cuts': { type: 'string' },
    'store-faults': { type: 'boolean' },
    'disk-fills': { type: 'string' },
    damages: { type: 'string' },
    permutations: { type: 'string' },
    mutants: { type: 'boolean' },
    fuzz: { type: 'string' },
    guided: { type: 'string', default: '0.05' },
    sessions: { type: 'string', default: '1e5' },
    requests: { type: 'string', default: '1e5' },
    /** Numbers of the first and the last mutant; the others stay as they were told. */
    from: { type: 'string', default: '1' },
    to: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string' },
  },
})
// disks are unmounted and servers end when this process does, by 'exit'
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const began = performance.now()
const seconds = () => Math.round((performance.now() - began) / 1000)
const say = (line: string) => console.log(`${seconds()} s: ${line}`)
const { seed } = values
// of what runs, whatever is committed meanwhile
const commit = commitText()
const days = (usual: number) => Number(values.days ?? usual)

const [name, { part, complaints }] = await chosen()
for (const complaint of complaints) console.error(complaint)
write(name, part)
process.exit(complaints.length === 0 ? 0 : 1)

function write(to: PartName, told: ToldRun['part']): void {
  const place: [string, string | number][] = [
    ['seed', seed],
    ['seconds', seconds()],
    ['commit', commit],
    ['machine', machineText()],
  ]
  const command = `npm run faults -- ${process.argv.slice(2).join(' ')}`
  writePart(to, { ...told, command, figures: [...told.figures, ...place] })
}

async function chosen(): Promise<[PartName, ToldRun]> {
  if (values['power-cuts'])
    return ['power-cuts', await powerPart({ seed, cuts: Number(values['power-cuts']), days: days(60), say })]
  if (values['store-faults']) return ['store-faults', await storePart({ seed, days: days(60), pause: 60, downShare: 0.5, say })]
  if (values['disk-fills']) {
    const options = { seed, fills: Number(values['disk-fills']), days: days(60), say }
    return ['disk-faults', await diskPart(options, (run) => write('disk-faults', run.part))]
  }
  if (values.damages) return ['damage', await damagePart({ seed, times: Number(values.damages), days: days(12), say })]
  if (values.permutations) return ['orders', await orderPart({ seed, permutations: Number(values.permutations), say })]
  if (values.fuzz) {
    const [inputs, guidedShare, sessions, requests] = [values.fuzz, values.guided, values.sessions, values.requests].map(Number)
    return ['fuzz', await fuzzPart({ seed, inputs, guidedShare, sessions, requests, say })]
  }
  if (values.mutants) {
    const options = {
      seed,
      from: Number(values.from),
      to: Number(values.to),
      before: readPart('mutants')?.table?.rows ?? [],
      say,
    }
    return ['mutants', await mutantPart(options, (run) => write('mutants', run.part))]
  }
  const signal = values.minutes === undefined ? {} : { signal: AbortSignal.timeout(Number(values.minutes) * 60_000) }
  const options = { seed, kills: Number(values.kills ?? 1000), days: days(40), say, ...signal }
  return ['kills', await killPart(options, (run) => write('kills', run.part))]
}
