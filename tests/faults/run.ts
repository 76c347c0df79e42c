/**
 * The fault runs of the tests in long; each writes its part of docs/scoreboard.md:
 * npm run faults -- --kills 1000 | --power-cuts 200 | --store-faults | --disk-fills 50 | --mutants   [--seed S] [--days N]
 */
import { parseArgs } from 'node:util'
import { commitText, machineText } from '../../bench/machine.ts'
import { diskPart, killPart, mutantPart, powerPart, storePart } from './run-parts.ts'
import { type PartName, writePart } from './scoreboard.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    'power-cuts': { type: 'string' },
    'store-faults': { type: 'boolean' },
    'disk-fills': { type: 'string' },
    mutants: { type: 'boolean' },
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
const days = (usual: number) => Number(values.days ?? usual)

const [name, { part, complaints }] = await chosen()
for (const complaint of complaints) console.error(complaint)
const words = process.argv.slice(2).join(' ')
const place: [string, string | number][] = [
  ['seed', seed],
  ['seconds', seconds()],
  ['commit', commitText()],
  ['machine', machineText()],
]
writePart(name, { ...part, command: `npm run faults -- ${words}`, figures: [...part.figures, ...place] })
process.exit(complaints.length === 0 ? 0 : 1)

async function chosen(): Promise<[PartName, Awaited<ReturnType<typeof killPart>>]> {
  if (values['power-cuts'])
    return ['power-cuts', await powerPart({ seed, cuts: Number(values['power-cuts']), days: days(60), say })]
  if (values['store-faults']) return ['store-faults', await storePart({ seed, days: days(60), pause: 60, downShare: 0.5, say })]
  if (values['disk-fills'])
    return ['disk-faults', await diskPart({ seed, fills: Number(values['disk-fills']), days: days(60), say })]
  if (values.mutants) return ['mutants', await mutantPart(seed, say)]
  return ['kills', await killPart({ seed, kills: Number(values.kills ?? 1000), days: days(40), say })]
}
