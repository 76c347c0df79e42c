import type { Alert } from '../../model/alert.ts'
import type { AlertDifference } from '../alert-differences.ts'
import type { BacktestReport, SideReport } from '../backtest-report.ts'

const CHANGES = ['gained', 'lost', 'moved'] as const
const SHOWN = 20

/** The table and the differences, the first 20 of each kind unless `all`. */
export function backtestText(report: BacktestReport, all: boolean): string {
  const { from, to, learnedFrom, readings, usagePoints, pointMonths, configurations, differences } = report
  const lines = [
    `${minuteOf(from)} to ${minuteOf(to)}: ${usagePoints} usage points, ${pointMonths.toFixed(1)} point-months`,
    `${readings} readings judged twice${learnedFrom === from ? '' : `, from ${minuteOf(learnedFrom)} on to learn what is usual`}`,
    '',
    ...table(configurations),
    '',
    CHANGES.map((change) => `${change} ${report[change]}`).join(', '),
  ]
  for (const change of CHANGES) {
    const some = differences.filter((one) => one.change === change)
    if (some.length === 0) continue
    lines.push('', `${change}:`, ...columns(some.slice(0, all ? some.length : SHOWN).map(differenceCells)))
    if (!all && some.length > SHOWN) lines.push(`  and ${some.length - SHOWN} more: --all shows them, --out FILE writes them`)
  }
  return lines.join('\n')
}

function table(sides: readonly [SideReport, SideReport]): string[] {
  const row = (name: string, value: (side: SideReport) => string) => ['', name, ...sides.map(value)]
  const rows = [
    row('', ({ config }) => config),
    row('alerts', ({ alerts }) => String(alerts)),
    row('per 1,000 point-months', ({ per1000PointMonths }) => per1000PointMonths.toFixed(1)),
  ]
  for (const route of Object.keys(sides[0].byRoute) as Alert['route'][]) {
    rows.push(row(`  ${route}`, ({ byRoute }) => String(byRoute[route])))
  }
  rows.push(
    row('listed a week, median', ({ inspectionLoad }) => String(inspectionLoad.medianListed)),
    row('listed a week, most', ({ inspectionLoad: { mostListed, weeklyBudget } }) => `${mostListed} of ${weeklyBudget}`),
  )
  if (sides[0].findings !== null) {
    rows.push(
      row('confirmed, alerted before', ({ findings }) => `${findings?.confirmedAlerted} of ${findings?.confirmed}`),
      row('  median lead, days', ({ findings }) => findings?.medianLeadDays?.toFixed(1) ?? '-'),
      row('innocent, alerted', ({ findings }) => `${findings?.innocentAlerted} of ${findings?.innocent}`),
      row('nothing found, alerted', ({ findings }) => `${findings?.nothingFoundAlerted} of ${findings?.nothingFound}`),
    )
  }
  return columns(rows)
}

function differenceCells(difference: AlertDifference): string[] {
  const { a, b } = difference
  const { subject, route } = a ?? b
  const cells = ['', `${subject.kind} ${subject.id}`, route]
  if (difference.change !== 'moved') {
    const { raisedAt, probability } = a ?? b
    return [...cells, `raised ${minuteOf(raisedAt)}`, `p ${probability.toFixed(2)}`]
  }
  const days = difference.laterDays
  const shift = days === 0 ? 'same time' : `${Math.abs(days).toFixed(1)} days ${days > 0 ? 'later' : 'earlier'}`
  const { a: before, b: after } = difference
  return [
    ...cells,
    `raised ${minuteOf(before.raisedAt)}`,
    shift,
    `p ${before.probability.toFixed(2)} → ${after.probability.toFixed(2)}`,
  ]
}

/** Cells in columns, two spaces apart. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index].length)))
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]))
      .join('  ')
      .trimEnd(),
  )
}

function minuteOf(instant: string): string {
  return `${instant.slice(0, 16)}Z`
}
