/**
 * Detection quality.
 *   node bench/quality.ts --world DIR --alerts FILE [--world DIR --alerts FILE …] [--list]
 *     judges alerts.ndjson of `adit detect` against worlds written by fixtures/write-world.ts.
 *   node bench/quality.ts [--set development|validation|test|transfer] [--only N] [--areas N] [--list] [--no-baselines] [--ablate]
 *     plays the set's worlds, runs `adit detect` over their files, and the naive rules beside it; --ablate runs it again
 *     without each detector.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ABLATIONS, writeAblation } from './quality/ablations.ts'
import { makeDayTable } from './quality/day-table.ts'
import { detect } from './quality/detect.ts'
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
import { readAlerts, readTruth } from './quality/truth.ts'
import { sized, WORLD_SETS, withWorld } from './quality/worlds.ts'

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
  },
})

if (values.world.length > 0) judgeFiles(values.world, values.alerts)
else await playSet(values.set)

function judgeFiles(worlds: readonly string[], alerts: readonly string[]): void {
  if (worlds.length !== alerts.length) throw new Error('give one --alerts FILE for each --world DIR')
  const verdicts = worlds.map((directory, i) => judge(readTruth(directory), readAlerts(alerts[i] ?? '')))
  console.log(reportText(joinVerdicts(verdicts), values.list))
}

async function playSet(name: string): Promise<void> {
  const kinds = WORLD_SETS[name]?.filter((_, i) => values.only === undefined || i === Number(values.only) - 1)
  if (!kinds) throw new Error(`--set ${name} is not one of ${Object.keys(WORLD_SETS).join(', ')}`)
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
      for (const [detector, setting] of values.ablate ? Object.entries(ABLATIONS) : []) {
        const file = join(directory, 'ablated.ndjson')
        await detect(directory, file, writeAblation(directory, setting))
        note(`adit without ${detector}`, judge(truth, readAlerts(file)))
      }
      if (values['no-baselines']) return
      const days = makeDayTable(world)
      for (const [rule, baseline] of Object.entries(BASELINES)) note(rule, judge(truth, ranked(baseline(days))))
    })
  }
  const all = [...verdicts].map(([judge, some]) => [judge, joinVerdicts(some)] as const)
  console.log(`\n== ${name}, ${kinds.length} worlds together\n`)
  for (const [judge, verdict] of all) if (judge === 'adit') console.log(`${reportText(verdict, values.list)}\n`)
  console.log(table([COMPARISON_HEADER, ...all.map(([judge, verdict]) => comparisonRow(judge, verdict))]).join('\n'))
}
