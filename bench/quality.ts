/**
 * Detection quality.
 *   node bench/quality.ts --world DIR --alerts FILE [--world DIR --alerts FILE …] [--list]
 *     judges alerts.ndjson of `adit detect` against worlds written by fixtures/write-world.ts.
 *   node bench/quality.ts [--set development|validation|test|transfer|tampering] [--only N] [--areas N] [--list] [--no-baselines] [--ablate | --without NAME …]
 *     plays the set's worlds, runs `adit detect` over their files, and the naive rules beside it; --ablate runs it again
 *     without each detector, --without NAME (one or more) without those that are named.
 *   node bench/quality.ts --fit-calibration [--write] [--areas N]
 *     fits the shipped calibration on development, validation and calibration worlds; --write puts it in its place.
 *   node bench/quality.ts --admission [--set …] [--areas N]
 *     weighted Benjamini–Hochberg against the calibrated chance.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DetectorsConfig } from '../detectors/detectors-config.ts'
import { ABLATIONS, writeSettings } from './quality/ablations.ts'
import { admissionTable } from './quality/admission.ts'
import { makeDayTable } from './quality/day-table.ts'
import { detect } from './quality/detect.ts'
import { fitCalibration, UNCALIBRATED } from './quality/fit-calibration.ts'
import { halfSpaceTrees } from './quality/half-space-trees.ts'
import {
  allRules,
  areaLoss,
  type Baseline,
  deadAccount,
  nightDayRatio,
  nightZ,
  ranked,
  tripleKwh,
} from './quality/naive-rules.ts'
import { COMPARISON_HEADER, comparisonRow, reportText, table } from './quality/report.ts'
import { join as joinVerdicts, judge, type Verdict } from './quality/score.ts'
import { statedTable } from './quality/stated.ts'
import { readAlerts, readTruth } from './quality/truth.ts'
import { sized, WORLD_SETS, type WorldKind, withWorld } from './quality/worlds.ts'

const BASELINES: Readonly<Record<string, Baseline>> = {
  'kWh × 3': tripleKwh,
  'night/day > 2': nightDayRatio,
  'night z > 6': nightZ,
  'area loss > 7 %': areaLoss,
  'dead account': deadAccount,
  'half-space trees': halfSpaceTrees,
  'the rules together': allRules,
}

const { values } = parseArgs({
  options: {
    world: { type: 'string', multiple: true, default: [] },
    alerts: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', default: 'development' },
    only: { type: 'string' },
    areas: { type: 'string', default: '40' },
    list: { type: 'boolean', default: false },
    'no-baselines': { type: 'boolean', default: false },
    'no-adit': { type: 'boolean', default: false },
    ablate: { type: 'boolean', default: false },
    without: { type: 'string', multiple: true, default: [] },
    'fit-calibration': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    admission: { type: 'boolean', default: false },
  },
})

const unknown = values.without.find((name) => !(name in ABLATIONS))
if (unknown !== undefined) throw new Error(`--without ${unknown} is not one of ${Object.keys(ABLATIONS).join(', ')}`)

const { calibration, listFrom } = DetectorsConfig.parse({})
const rules = { spread: calibration.spread, listFrom }

if (values.world.length > 0) judgeFiles(values.world, values.alerts)
else if (values['fit-calibration']) {
  const worlds = ['development', 'validation', 'calibration'].flatMap(worldsOf)
  console.log(fitCalibration(await judgeWith(worlds, { calibration: UNCALIBRATED }), values.write))
} else if (values.admission) {
  const everything = { calibration: UNCALIBRATED, raiseAt: 0.001 }
  console.log(admissionTable(await judgeWith(worldsOf(values.set), everything)).join('\n'))
} else await playSet(values.set)

function judgeFiles(worlds: readonly string[], alerts: readonly string[]): void {
  if (worlds.length !== alerts.length) throw new Error('give one --alerts FILE for each --world DIR')
  const verdicts = worlds.map((directory, i) => judge(readTruth(directory), readAlerts(alerts[i] ?? '')))
  const verdict = joinVerdicts(verdicts)
  console.log([reportText(verdict, values.list), ...statedTable(verdict, rules)].join('\n'))
}

function worldsOf(name: string): readonly WorldKind[] {
  const kinds = WORLD_SETS[name]?.filter((_, i) => values.only === undefined || i === Number(values.only) - 1)
  if (!kinds) throw new Error(`--set ${name} is not one of ${Object.keys(WORLD_SETS).join(', ')}`)
  return kinds
}

/** Plays worlds and judges them with other settings of the detectors. */
async function judgeWith(kinds: readonly WorldKind[], detectors: Readonly<Record<string, unknown>>): Promise<Verdict> {
  const verdicts: Verdict[] = []
  for (const kind of kinds) {
    await withWorld(sized(kind, Number(values.areas)), async (_, directory) => {
      const file = join(directory, 'alerts.ndjson')
      const seconds = await detect(directory, file, writeSettings(directory, detectors))
      verdicts.push(judge(readTruth(directory), readAlerts(file)))
      console.warn(`${kind.name}: adit detect took ${seconds.toFixed(1)} s`)
    })
  }
  return joinVerdicts(verdicts)
}

async function playSet(name: string): Promise<void> {
  const kinds = worldsOf(name)
  const verdicts = new Map<string, Verdict[]>()
  const note = (judge: string, verdict: Verdict): void => void verdicts.set(judge, [...(verdicts.get(judge) ?? []), verdict])
  for (const kind of kinds) {
    await withWorld(sized(kind, Number(values.areas)), async (world, directory) => {
      const truth = readTruth(directory)
      if (!values['no-adit']) {
        const file = join(directory, 'alerts.ndjson')
        const seconds = await detect(directory, file)
        const verdict = judge(truth, readAlerts(file))
        console.log(`\n== ${kind.name}: adit detect took ${seconds.toFixed(1)} s`)
        if (kinds.length > 1) console.log(table([COMPARISON_HEADER, comparisonRow('adit', verdict)]).join('\n'))
        note('adit', verdict)
      }
      for (const [detector, setting] of Object.entries(ABLATIONS)) {
        if (!values.ablate && !values.without.includes(detector)) continue
        const file = join(directory, 'ablated.ndjson')
        await detect(directory, file, writeSettings(directory, setting))
        note(`adit without ${detector}`, judge(truth, readAlerts(file)))
      }
      if (values['no-baselines']) return
      const days = makeDayTable(world)
      for (const [rule, baseline] of Object.entries(BASELINES)) note(rule, judge(truth, ranked(baseline(days))))
    })
  }
  const all = [...verdicts].map(([judge, some]) => [judge, joinVerdicts(some)] as const)
  console.log(`\n== ${name}, ${kinds.length} worlds together\n`)
  for (const [judge, verdict] of all)
    if (judge === 'adit') console.log(`${[reportText(verdict, values.list), ...statedTable(verdict, rules)].join('\n')}\n`)
  console.log(table([COMPARISON_HEADER, ...all.map(([judge, verdict]) => comparisonRow(judge, verdict))]).join('\n'))
}
