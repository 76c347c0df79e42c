/** The figures of a backtest, as `adit backtest` prints them. */
import type { DayClock } from '../detectors/day-clock.ts'
import type { DetectorsConfig } from '../detectors/detectors-config.ts'
import type { Alert, AlertRoute } from '../model/alert.ts'
import type { InspectionFinding } from '../model/inspection-finding.ts'
import { type AlertDifference, alertDifferences } from './alert-differences.ts'
import type { Backtest } from './backtest.ts'
import { type FindingsEffect, findingsEffect } from './findings-effect.ts'
import { type InspectionLoad, inspectionLoad } from './inspection-load.ts'

export interface BacktestReport {
  /** ISO 8601, UTC. Alerts raised in between count; readings are judged from `learnedFrom` on. */
  readonly from: string
  readonly to: string
  readonly learnedFrom: string
  readonly readings: number
  readonly usagePoints: number
  readonly pointMonths: number
  /** Findings that are older than the period, and so left out. */
  readonly findingsBefore: number
  readonly configurations: readonly [SideReport, SideReport]
  readonly gained: number
  readonly lost: number
  readonly moved: number
  readonly differences: readonly AlertDifference[]
}

export interface SideReport {
  /** The file. */
  readonly config: string
  readonly alerts: number
  readonly per1000PointMonths: number
  /** By route, those without an alert too. */
  readonly byRoute: Readonly<Record<AlertRoute, number>>
  /** Alerts with a place on the work list, by week. */
  readonly inspectionLoad: InspectionLoad & { readonly weeklyBudget: number }
  /** Null when no findings were given. */
  readonly findings: FindingsEffect | null
}

export interface ReportOptions {
  readonly clock: DayClock
  readonly files: readonly [string, string]
  readonly configurations: readonly [DetectorsConfig, DetectorsConfig]
  readonly findings: readonly InspectionFinding[] | null
}

export function backtestReport(outcome: Backtest, { clock, files, configurations, findings }: ReportOptions): BacktestReport {
  const { from, to, learnedFrom, readings, usagePoints, pointMonths, alerts } = outcome
  const begin = from * 1000
  const inPeriod = ({ raisedAt }: Alert) => Date.parse(raisedAt) >= begin
  const stands = ({ clearedAt }: Alert) => clearedAt === null || Date.parse(clearedAt) >= begin
  const known = findings?.filter(({ foundAt }) => foundAt >= from) ?? null
  const sideOf = (index: 0 | 1): SideReport => {
    const counted = alerts[index].filter(inPeriod)
    return {
      config: files[index],
      alerts: counted.length,
      per1000PointMonths: (counted.length * 1000) / pointMonths,
      byRoute: countByRoute(counted),
      inspectionLoad: { ...inspectionLoad(counted, clock, from, to), weeklyBudget: configurations[index].weeklyBudget },
      findings: known && findingsEffect(known, alerts[index].filter(stands)),
    }
  }
  const differences = alertDifferences(alerts[0], alerts[1], inPeriod)
  const count = (change: AlertDifference['change']) => differences.filter((one) => one.change === change).length
  return {
    from: instantOf(from),
    to: instantOf(to),
    learnedFrom: instantOf(learnedFrom),
    readings,
    usagePoints,
    pointMonths,
    findingsBefore: (findings?.length ?? 0) - (known?.length ?? 0),
    configurations: [sideOf(0), sideOf(1)],
    gained: count('gained'),
    lost: count('lost'),
    moved: count('moved'),
    differences,
  }
}

function countByRoute(alerts: readonly Alert[]): Record<AlertRoute, number> {
  const of = (route: AlertRoute) => alerts.filter((alert) => alert.route === route).length
  return {
    metered: of('metered'),
    tapped: of('tapped'),
    revived: of('revived'),
    'night-mill': of('night-mill'),
    smelting: of('smelting'),
    tampered: of('tampered'),
  }
}

function instantOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
