import { type Calibration, MATTERS } from '../../detectors/calibration.ts'
import type { Reliability } from '../../detectors/fit-calibration.ts'
import type { CalibrationReport } from '../calibrate.ts'

export function calibrationText(report: CalibrationReport): string {
  const { findings, used, withoutAlert, tips, innocentKinds, listed, below, worth, priorFindings, before, after, calibration } =
    report
  const kinds = Object.entries(innocentKinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
  const lines = [
    `${findings} findings: ${used.confirmed} confirmed, ${used.innocent} innocent, ${used['nothing-found']} nothing found; ` +
      `left out ${withoutAlert} without an alert before them and ${tips} chosen by a tip`,
    ...(kinds.length > 0 ? [`innocent: ${kinds.join(', ')}`] : []),
    `inspected ${listed.inspected} of ${listed.alerts} listed by rank and ${below.inspected} of ${below.alerts} below; ` +
      `weighed by that they are worth ${worth.toFixed(1)} findings, beside a prior worth ${priorFindings} for each matter`,
    ...(below.inspected === 0 ? ['No inspection below the line: chances there rest on the shipped calibration alone.'] : []),
    '',
    ...reliabilityLines('as it was stated', before),
  ]
  if (after !== null) lines.push('', ...reliabilityLines('as the other findings would have stated it', after))
  lines.push('', ...mapLines(calibration), '', `version ${calibration.version}`)
  return lines.join('\n')
}

function reliabilityLines(title: string, { bins, error, logLoss }: Reliability): string[] {
  return [
    `${title}: expected calibration error ${error.toFixed(3)}, log-loss ${logLoss.toFixed(3)}`,
    ...bins.map(
      ({ from, to, weight, stated, achieved }) =>
        `  ${percent(from).padStart(5)} to ${percent(to).padEnd(5)}  weight ${weight.toFixed(1).padStart(6)}  stated ${percent(stated).padStart(5)}  found ${percent(achieved).padStart(5)}`,
    ),
  ]
}

function mapLines(calibration: Calibration): string[] {
  return MATTERS.map((matter) => {
    const { slope, offset } = calibration[matter]
    return `  ${matter.padEnd(9)}  log-odds × ${slope.toFixed(3)} ${offset < 0 ? '−' : '+'} ${Math.abs(offset).toFixed(3)}`
  })
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
