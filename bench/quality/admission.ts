/**
 * Who should be let onto the list: weighted Benjamini–Hochberg on the evidence that is not prior, with geography and account
 * as weights, against the calibrated chance. p-values are those of innocent cases of the other worlds, which is kinder to the
 * test than a county could be: there nobody knows who is innocent.
 */

import { chanceOf } from '../../detectors/calibration.ts'
import { fitLine, IDENTITY } from '../../detectors/fit-calibration.ts'
import { table } from './report.ts'
import type { Verdict } from './score.ts'
import { rejectedByWeightedBh } from './weighted-bh.ts'

/** Groups of evidence that say whom one would suspect before any reading. */
const PRIOR_GROUPS: ReadonlySet<string> = new Set(['reach', 'account', 'unmetered'])

interface AdmissionCase {
  readonly world: string
  readonly week: number
  readonly kind: string
  readonly logOdds: number
  readonly prior: number
  readonly right: boolean
}

/** `verdict` of detectors that raise whatever they weigh at all. */
export function admissionTable(verdict: Verdict): string[] {
  const cases = verdict.alerts.flatMap(({ alert, right, world, day }): AdmissionCase[] => {
    const { logOdds, reasons, subject } = alert
    if (logOdds === undefined || reasons === undefined) return []
    const prior = reasons.reduce((sum, { detector, nats }) => sum + (PRIOR_GROUPS.has(detector) ? nats : 0), 0)
    return [{ world, week: Math.floor(day / 7), kind: subject.kind, logOdds, prior, right }]
  })
  const worlds = [...new Set(cases.map(({ world }) => world))]
  const subjects = verdict.subjects / worlds.length
  const rows = [['admission', 'let on', 'false', 'right ones']]
  const row = (name: string, admitted: readonly AdmissionCase[]): void => {
    const right = admitted.filter((one) => one.right).length
    rows.push([name, String(admitted.length), `${(100 * (1 - right / admitted.length)).toFixed(1)} %`, String(right)])
  }
  for (const q of [0.1, 0.2, 0.3]) {
    row(`Benjamini–Hochberg, q = ${q}`, byBh(cases, worlds, subjects, q, false))
    row(`weighted, q = ${q}`, byBh(cases, worlds, subjects, q, true))
  }
  const stated = statedElsewhere(cases, worlds)
  for (const least of [0.3, 0.45, 0.6, 0.7, 0.8]) {
    row(
      `chance ≥ ${least}`,
      cases.filter((_, index) => (stated[index] ?? 0) >= least),
    )
  }
  return table(rows)
}

function byBh(
  cases: readonly AdmissionCase[],
  worlds: readonly string[],
  subjects: number,
  q: number,
  weighted: boolean,
): AdmissionCase[] {
  const weeks = Math.max(...cases.map(({ week }) => week)) + 1
  const scoreOf = ({ logOdds, prior }: AdmissionCase): number => logOdds - prior
  return worlds.flatMap((world) => {
    const innocent = cases.filter((one) => one.world !== world && !one.right).map(scoreOf)
    const all = subjects * weeks * (worlds.length - 1)
    const here = cases.filter((one) => one.world === world)
    return Array.from({ length: weeks }, (_, week) => here.filter((one) => one.week === week)).flatMap((some) => {
      if (some.length === 0) return []
      const tests = some.map((one) => ({
        p: (1 + innocent.filter((score) => score >= scoreOf(one)).length) / (all + 1),
        weight: weighted ? Math.exp(one.prior) : 1,
      }))
      const rejected = rejectedByWeightedBh(tests, q, subjects)
      return some.filter((_, index) => rejected[index])
    })
  })
}

/** Chances by lines fitted on the other worlds, for meters and areas apart. */
function statedElsewhere(cases: readonly AdmissionCase[], worlds: readonly string[]): number[] {
  const lines = new Map(
    worlds.flatMap((world) =>
      ['usage-point', 'area'].map((kind) => {
        const outcomes = cases
          .filter((one) => one.world !== world && one.kind === kind)
          .map(({ logOdds, right }) => ({ logOdds, illegal: right ? (1 as const) : (0 as const), weight: 1 }))
        const line = fitLine(outcomes, { line: IDENTITY, weight: 20 }, { slope: [0.1, 5], offset: [-10, 10] })
        return [`${world}/${kind}`, line] as const
      }),
    ),
  )
  return cases.map(({ world, kind, logOdds }) => chanceOf(lines.get(`${world}/${kind}`) ?? IDENTITY, logOdds))
}
