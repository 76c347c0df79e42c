/**
 * Fits the shipped calibration on worlds whose truth is known, one line for each kind of matter, drawn together towards a
 * common one, and shows by leaving out one world after another what it is worth in a county it has not seen.
 */
import { writeFileSync } from 'node:fs'
import {
  type Calibration,
  type CalibrationLine,
  chanceOf,
  digestOf,
  logOddsFor,
  MATTERS,
  type Matter,
  matterOf,
} from '../../detectors/calibration.ts'
import {
  fitLine,
  IDENTITY,
  type LineBounds,
  type Outcome,
  type Reliability,
  reliabilityOf,
} from '../../detectors/fit-calibration.ts'
import { AlertRoute } from '../../model/alert.ts'
import { table } from './report.ts'
import type { Verdict } from './score.ts'

/** Detectors as they judge before any calibration. */
export const UNCALIBRATED: Calibration = {
  version: 'none',
  load: IDENTITY,
  remainder: IDENTITY,
  meter: IDENTITY,
  spread: 0,
}

/** In alerts: how firmly the common line is held to the evidence as it stands, and each matter's line to the common one. */
const COMMON_WEIGHT = 20
const MATTER_WEIGHT = 40
/**
 * A simulator's thieves are more alike than real ones: the shipped lines may blunt the evidence as they like, but add no more than
 * half a nat to it and sharpen it by a third at most. What is about the meter itself is neither sharpened nor added to, for the
 * simulator's innocent meters hardly ever look like that.
 */
const CAUTIOUS: Readonly<Record<Matter, LineBounds>> = {
  load: { slope: [0.1, 1.33], offset: [-4, 0.5] },
  remainder: { slope: [0.1, 1.33], offset: [-4, 0.5] },
  meter: { slope: [0.1, 1], offset: [-4, 0] },
}

interface CalibrationCase {
  readonly world: string
  readonly matter: Matter
  readonly outcome: Outcome
}

/** Each alert twice: as it was raised, which is when a list is made, and as it stood at the end. */
export function calibrationCases({ alerts }: Verdict): CalibrationCase[] {
  return alerts.flatMap(({ alert, right: isRight, world }) => {
    const { logOdds, history } = alert
    if (logOdds === undefined || history === undefined) return []
    const raised = logOddsFor(IDENTITY, history[0]?.probability ?? alert.probability)
    const illegal = isRight ? 1 : 0
    const matter = matterOf(AlertRoute.parse(alert.route))
    return [raised, logOdds].map((at) => ({ world, matter, outcome: { logOdds: at, illegal, weight: 0.5 } as const }))
  })
}

type Lines = Readonly<Record<Matter, CalibrationLine>>

function fitLines(cases: readonly CalibrationCase[]): Lines {
  const outcomes = (matter?: Matter) =>
    cases.filter((one) => matter === undefined || one.matter === matter).map(({ outcome }) => outcome)
  const common = fitLine(outcomes(), { line: IDENTITY, weight: COMMON_WEIGHT }, CAUTIOUS.load)
  const line = (matter: Matter) => fitLine(outcomes(matter), { line: common, weight: MATTER_WEIGHT }, CAUTIOUS[matter])
  return { load: line('load'), remainder: line('remainder'), meter: line('meter') }
}

const stated = (lines: Lines, { matter, outcome }: CalibrationCase) => ({
  ...outcome,
  chance: chanceOf(lines[matter], outcome.logOdds),
})

/** Returns the report, and writes detectors/shipped-calibration.ts when asked to. */
export function fitCalibration(verdict: Verdict, write: boolean): string {
  const cases = calibrationCases(verdict)
  const worlds = [...new Set(cases.map(({ world }) => world))]
  const before = cases.map((one) => stated(UNCALIBRATED, one))
  const unseen = new Map(
    worlds.map((world) => {
      const lines = fitLines(cases.filter((one) => one.world !== world))
      return [world, cases.filter((one) => one.world === world).map((one) => stated(lines, one))] as const
    }),
  )
  const after = reliabilityOf([...unseen.values()].flat())
  const lines = fitLines(cases)
  const spread = betweenWorlds([...unseen.values()])
  const calibration: Calibration = { version: `simulated-${digestOf(lines)}`, ...lines, spread }
  if (write) writeShipped(calibration)
  const perWorld = worlds.map((world) => {
    const some = unseen.get(world) ?? []
    const mean = (of: (one: (typeof some)[number]) => number) => some.reduce((sum, one) => sum + of(one), 0) / some.length
    return [world, String(some.length / 2), percent(mean(({ chance }) => chance)), percent(mean(({ illegal }) => illegal))]
  })
  return [
    `${cases.length / 2} alerts of ${worlds.length} worlds, ${cases.filter(({ outcome }) => outcome.illegal === 1).length / 2} right`,
    '',
    ...reliabilityRows('as the evidence stands', reliabilityOf(before)),
    '',
    ...reliabilityRows('calibrated on the other worlds', after),
    '',
    ...table([['a world not fitted on', 'alerts', 'stated', 'achieved'], ...perWorld]),
    '',
    JSON.stringify(calibration),
    write ? `written to ${SHIPPED.pathname.split('/').slice(-2).join('/')}` : 'not written: --write does',
  ].join('\n')
}

function reliabilityRows(title: string, { bins, error, logLoss }: Reliability): string[] {
  return [
    `${title}: expected calibration error ${error.toFixed(3)}, log-loss ${logLoss.toFixed(3)}`,
    ...table([
      ['stated', 'alerts', 'mean stated', 'achieved'],
      ...bins.map((bin) => [`${bin.from}–${bin.to}`, bin.weight.toFixed(1), bin.stated.toFixed(2), percent(bin.achieved)]),
    ]),
  ]
}

/**
 * How far worlds lie from each other beyond the luck of their numbers: DerSimonian and Laird's variance of what each world's
 * log-odds would have to be shifted by. An alert counts once in it, though it is seen twice.
 */
function betweenWorlds(worlds: readonly (readonly { readonly chance: number; readonly illegal: 0 | 1 }[])[]): number {
  const shifts = worlds.map((some) => {
    const information = some.reduce((sum, { chance }) => sum + chance * (1 - chance), 0) / 2
    return { shift: some.reduce((sum, { chance, illegal }) => sum + illegal - chance, 0) / 2 / information, information }
  })
  const total = shifts.reduce((sum, { information }) => sum + information, 0)
  const mean = shifts.reduce((sum, { shift, information }) => sum + shift * information, 0) / total
  const q = shifts.reduce((sum, { shift, information }) => sum + information * (shift - mean) ** 2, 0)
  const squares = shifts.reduce((sum, { information }) => sum + information ** 2, 0)
  const variance = Math.max(0, (q - (shifts.length - 1)) / (total - squares / total))
  return Math.round(Math.sqrt(variance) * 100) / 100
}

const SHIPPED = new URL('../../detectors/shipped-calibration.ts', import.meta.url)

function writeShipped(calibration: Calibration): void {
  const line = ({ slope, offset }: CalibrationLine) => `{ slope: ${slope}, offset: ${offset} }`
  const text = `/** Written by \`node bench/quality.ts --fit-calibration --write\`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: '${calibration.version}',
${MATTERS.map((matter) => `  ${matter}: ${line(calibration[matter])},`).join('\n')}
  spread: ${calibration.spread},
}
`
  writeFileSync(SHIPPED, text)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
