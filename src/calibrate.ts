/**
 * What inspections found corrects the chances that are stated. Each kind of matter has its line fitted again by penalised
 * likelihood around the shipped one. Inspections go where the list sends them, so those below the line, few as they are,
 * stand for the many there (weights by the inverse of how likely an alert was to be inspected); what somebody was told to
 * look at says nothing about alerts and is left out.
 */
import {
  type Calibration,
  type CalibrationLine,
  chanceOf,
  digestOf,
  logOddsFor,
  type Matter,
  matterOf,
} from '../detectors/calibration.ts'
import { fitLine, type Outcome, type Reliability, reliabilityOf, WIDE } from '../detectors/fit-calibration.ts'
import type { Alert } from '../model/alert.ts'
import type { FindingResult, InspectionFinding } from '../model/inspection-finding.ts'

/** The shipped line of each matter counts as so many findings that came out as it says, spread over all chances. */
const PRIOR_FINDINGS = 60
/** "Nothing found" may mean that they had left: it speaks against half as much as an innocent load, and less when the load had stopped before the visit. */
const NOTHING_FOUND = 0.5
const STOPPED_BEFORE = 0.2
/** An alert that was over for longer than this is not what was inspected. */
const OVER_DAYS = 60
/** One inspection below the line stands for so many alerts at most, or a single visit would decide. */
const MOST_WEIGHT = 10
const FOLDS = 5
const DAY_MS = 86_400_000

export interface CalibrationTask {
  readonly findings: readonly InspectionFinding[]
  /** With their places on the work list. */
  readonly alerts: readonly Alert[]
  /** What the alerts' chances rest on. */
  readonly current: Calibration
  readonly shipped: Calibration
}

export interface CalibrationReport {
  readonly findings: number
  /** Findings of an alert that was raised before, one for each alert; by result. */
  readonly used: Readonly<Record<FindingResult, number>>
  readonly withoutAlert: number
  readonly tips: number
  readonly innocentKinds: Readonly<Record<string, number>>
  /** Alerts raised up to the last finding, and how many of them were inspected. */
  readonly listed: Share
  readonly below: Share
  /** Findings that those used are worth, after weighing. */
  readonly worth: number
  readonly priorFindings: number
  /** By the chances as they were stated, and as other findings would have stated them; null of fewer than two. */
  readonly before: Reliability
  readonly after: Reliability | null
  readonly calibration: Calibration
}

interface Share {
  readonly alerts: number
  readonly inspected: number
}

interface Inspected {
  readonly alert: Alert
  readonly matter: Matter
  readonly result: FindingResult
  readonly innocentKind: string | null
  readonly outcome: Outcome
}

/** Null when no finding is of an alert. */
export function calibrate({ findings, alerts, current, shipped }: CalibrationTask): CalibrationReport | null {
  const tips = findings.filter(({ chosen }) => chosen === 'tip').length
  const matched = matchFindings(findings, alerts, current)
  if (matched.length === 0) return null
  const until = Math.max(...findings.map(({ foundAt }) => foundAt * 1000))
  const raised = alerts.filter((alert) => alert.probability > 0 && Date.parse(alert.raisedAt) <= until)
  const shareOf = (ofList: boolean): Share => ({
    alerts: raised.filter((alert) => isOfList(alert) === ofList).length,
    inspected: matched.filter(({ alert }) => isOfList(alert) === ofList).length,
  })
  const [listed, below] = [shareOf(true), shareOf(false)]
  const weighed = weighBySelection(matched, listed, below)
  const lines = fitLines(weighed, shipped)
  const state = (some: readonly Inspected[], by: Readonly<Record<Matter, CalibrationLine>>) =>
    some.map(({ matter, outcome }) => ({ ...outcome, chance: chanceOf(by[matter], outcome.logOdds) }))
  const folds = Math.min(FOLDS, weighed.length)
  const unseen = Array.from({ length: folds }, (_, fold) => {
    const inFold = (index: number) => index % folds === fold
    const others = fitLines(
      weighed.filter((_one, index) => !inFold(index)),
      shipped,
    )
    return state(
      weighed.filter((_one, index) => inFold(index)),
      others,
    )
  })
  const count = (result: FindingResult) => matched.filter((one) => one.result === result).length
  return {
    findings: findings.length,
    used: { confirmed: count('confirmed'), innocent: count('innocent'), 'nothing-found': count('nothing-found') },
    withoutAlert: findings.length - tips - matched.length,
    tips,
    innocentKinds: countKinds(matched),
    listed,
    below,
    worth: weighed.reduce((sum, { outcome }) => sum + outcome.weight, 0),
    priorFindings: PRIOR_FINDINGS,
    before: reliabilityOf(state(weighed, current)),
    after: folds < 2 ? null : reliabilityOf(unseen.flat()),
    calibration: {
      version: versionOf(lines, matched.length, until),
      ...lines,
      spread: narrowed(shipped.spread, state(weighed, lines)),
    },
  }
}

/** The alert that stood when each finding was made; of several findings of one alert the confirming one, or the last. */
function matchFindings(findings: readonly InspectionFinding[], alerts: readonly Alert[], current: Calibration): Inspected[] {
  const bySubject = new Map<string, Alert[]>()
  for (const alert of alerts) {
    if (alert.probability === 0) continue
    const some = bySubject.get(keyOf(alert.subject)) ?? []
    bySubject.set(keyOf(alert.subject), some)
    some.push(alert)
  }
  const inspected = new Map<string, Inspected>()
  for (const finding of findings.toSorted((a, b) => a.foundAt - b.foundAt || (keyOf(a.subject) < keyOf(b.subject) ? -1 : 1))) {
    if (finding.chosen === 'tip') continue
    const at = finding.foundAt * 1000
    const alert = (bySubject.get(keyOf(finding.subject)) ?? [])
      .filter(({ raisedAt, clearedAt }) => {
        return Date.parse(raisedAt) <= at && (clearedAt === null || Date.parse(clearedAt) >= at - OVER_DAYS * DAY_MS)
      })
      .sort((a, b) => Date.parse(b.raisedAt) - Date.parse(a.raisedAt))[0]
    if (alert === undefined || inspected.get(alert.id)?.result === 'confirmed') continue
    const matter = matterOf(alert.route)
    const logOdds = logOddsAt(alert, at, current)
    if (logOdds === null) continue
    const { result, innocentKind } = finding
    const illegal = result === 'confirmed' ? 1 : 0
    inspected.set(alert.id, {
      alert,
      matter,
      result,
      innocentKind,
      outcome: { logOdds, illegal, weight: weightOf(result, alert, at) },
    })
  }
  return [...inspected.values()]
}

/** What the evidence added up to as it was known at a time; null when that was stated by another calibration. */
function logOddsAt(alert: Alert, at: number, current: Calibration): number | null {
  const last = alert.history.findLastIndex((revision) => Date.parse(revision.at) <= at)
  if (last < 0 || last === alert.history.length - 1) return alert.logOdds
  return alert.calibration === current.version
    ? logOddsFor(current[matterOf(alert.route)], alert.history[last].probability)
    : null
}

function weightOf(result: FindingResult, alert: Alert, at: number): number {
  if (result !== 'nothing-found') return 1
  return hadStopped(alert, at) ? STOPPED_BEFORE : NOTHING_FOUND
}

/** Also one that has opened again since. */
function hadStopped({ clearedAt, history }: Alert, at: number): boolean {
  if (clearedAt !== null && Date.parse(clearedAt) < at) return true
  const last = history.findLast((revision) => Date.parse(revision.at) < at)
  return last?.change === 'cleared' || last?.change === 'withdrawn'
}

/**
 * Inspections of each side of the line weigh as much together as its alerts are many. Unequal weights are worth less than so
 * many findings (Kish's effective number), and the prior must not be outvoted by a few.
 */
function weighBySelection(matched: readonly Inspected[], listed: Share, below: Share): Inspected[] {
  const both = listed.inspected > 0 && below.inspected > 0
  const alerts = listed.alerts + below.alerts
  const weightIn = (share: Share) =>
    both ? Math.min(MOST_WEIGHT, (share.alerts / alerts) * (matched.length / share.inspected)) : 1
  const weights = matched.map(({ alert }) => weightIn(isOfList(alert) ? listed : below))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  return matched.map((one, index) => ({
    ...one,
    outcome: { ...one.outcome, weight: (one.outcome.weight * weights[index] * sum) / squares },
  }))
}

function fitLines(inspected: readonly Inspected[], shipped: Calibration): Record<Matter, CalibrationLine> {
  const line = (matter: Matter) =>
    fitLine(
      inspected.filter((one) => one.matter === matter).map(({ outcome }) => outcome),
      { line: shipped[matter], weight: PRIOR_FINDINGS },
      WIDE,
    )
  return { load: line('load'), remainder: line('remainder'), meter: line('meter') }
}

/** A county that was inspected is known better than any other: the spread between counties, less what its findings tell. */
function narrowed(spread: number, outcomes: readonly { readonly chance: number; readonly weight: number }[]): number {
  if (spread === 0) return 0
  const information = outcomes.reduce((sum, { chance, weight }) => sum + weight * chance * (1 - chance), 0)
  return Math.round(100 / Math.sqrt(1 / spread ** 2 + information)) / 100
}

function isOfList({ listedBy }: Alert): boolean {
  return listedBy === 'rank'
}

function countKinds(matched: readonly Inspected[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const { result, innocentKind } of matched) {
    if (result === 'innocent') kinds[innocentKind ?? 'not told'] = (kinds[innocentKind ?? 'not told'] ?? 0) + 1
  }
  return kinds
}

function versionOf(lines: Readonly<Record<Matter, CalibrationLine>>, findings: number, until: number): string {
  return `findings-${new Date(until).toISOString().slice(0, 10)}-${findings}-${digestOf(lines)}`
}

function keyOf({ kind, id }: Alert['subject']): string {
  return `${kind} ${id}`
}
