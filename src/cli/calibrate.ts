import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Calibration } from '../../detectors/calibration.ts'
import type { Alert } from '../../model/alert.ts'
import type { InspectionFinding } from '../../model/inspection-finding.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { complain, print, printJson } from './command-output.ts'

interface CalibrateOptions {
  readonly data?: string
  readonly config?: string
  readonly findings?: string
  readonly alerts?: string
  readonly out?: string
  readonly json?: boolean
}

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('correct the stated chances by what inspections found')
    .option('--data <DIR>', 'data directory (default ./adit-data): its findings and alerts')
    .option('--config <FILE>', 'configuration, YAML: what the alerts’ chances rest on')
    .option('--findings <FILE>', 'findings of inspections, CSV, instead of the imported ones')
    .option('--alerts <FILE>', 'alerts of adit detect, instead of the service’s')
    .option('--out <FILE>', 'write the calibration, for detectors.calibrationFile of the configuration')
    .option('--json', 'print JSON')
    .action(runCalibrate)
}

async function runCalibrate(options: CalibrateOptions): Promise<void> {
  const { SHIPPED_CALIBRATION } = await import('../../detectors/shipped-calibration.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const { calibrate } = await import('../calibrate.ts')
  const { loadConfig } = await import('../config-sources.ts')
  const { dataFiles } = await import('../data-directory.ts')
  const { config: file, data, out } = options
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const files = dataFiles(config.data)
  for (const path of [options.findings, options.alerts]) {
    if (path !== undefined && !existsSync(path)) throw new Refusal('no-such-file', `no such file: ${path}`)
  }
  const alerts = options.alerts === undefined ? await alertsOfService(files, config) : await alertsOfFile(options.alerts)
  const findings = await findingsOf(options, files, config, alerts)
  const { calibration: current } = config.detectors
  const report = calibrate({ findings, alerts, current, shipped: SHIPPED_CALIBRATION })
  if (report === null) {
    throw new Refusal(
      'no-findings',
      `none of ${findings.length} findings is of one of ${alerts.length} alerts that was raised before it: nothing can be fitted; give findings of alerts`,
    )
  }
  if (out !== undefined) await written(out, report.calibration, config)
  if (options.json) printJson(report)
  else print((await import('./calibrate-text.ts')).calibrationText(report))
  if (out !== undefined) {
    complain(`${out}: take it with detectors: { calibrationFile: ${out} }; the next start judges everything again with it`)
  }
}

/** A calibration changes what is stated of everybody: who made it is recorded where there is a service. */
async function written(out: string, calibration: Calibration, config: Config): Promise<void> {
  const write = () => writeFileSync(out, `${JSON.stringify(calibration, null, 2)}\n`)
  if (!existsSync(config.data)) {
    write()
    return
  }
  const { auditedCommand } = await import('./audited-command.ts')
  await auditedCommand(config, { action: 'calibrate', subject: out, detail: { version: calibration.version } }, write)
}

async function findingsOf(
  { findings }: CalibrateOptions,
  files: DataFiles,
  config: Config,
  alerts: readonly Alert[],
): Promise<readonly InspectionFinding[]> {
  const { Refusal } = await import('../../model/refusal.ts')
  if (findings === undefined) {
    const { openFindings } = await import('../open-findings.ts')
    const store = await openFindings(config, files)
    const all = await store.all()
    await store.close()
    if (all.length > 0) return all
    throw new Refusal(
      'no-findings',
      `${files.directory} holds no findings: adit import FINDINGS.csv --data ${files.directory}, or give --findings FILE`,
    )
  }
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const { readFindings } = await import('../findings-file.ts')
  const areas = new Set(alerts.filter(({ subject }) => subject.kind === 'area').map(({ subject }) => subject.id))
  // a subject that was never alerted plays no part, so that no ledger is needed to know it
  return await readFindings(findings, new TimeZone(config.timeZone), (id, kind) => ({
    kind: kind ?? (areas.has(id) ? 'area' : 'usage-point'),
    id,
  }))
}

async function alertsOfService(files: DataFiles, config: Config): Promise<readonly Alert[]> {
  const { dayClock } = await import('../../detectors/day-clock.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const { AlertQuery } = await import('../../model/alert-query.ts')
  const { openAlerts } = await import('../open-alerts.ts')
  const { RankedAlerts } = await import('../ranked-alerts.ts')
  if (!existsSync(config.database.kind === 'embedded' ? files.alerts : files.directoryId)) {
    throw new Refusal('no-data', `${files.directory} holds no alerts: give the service’s data directory with --data, or --alerts`)
  }
  const store = await openAlerts(config, files, async () => [])
  const ranked = new RankedAlerts(store, config.detectors, dayClock(config.timeZone).shift + 43_200)
  const alerts: Alert[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await ranked.list(AlertQuery.parse({ state: 'all', limit: 500, ...(cursor !== undefined && { cursor }) }))
    alerts.push(...page.items)
    cursor = page.nextCursor
  }
  await store.close()
  return alerts
}

async function alertsOfFile(path: string): Promise<readonly Alert[]> {
  const { Alert } = await import('../../model/alert.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      const parsed = Alert.safeParse(jsonOf(line))
      if (parsed.success) return [parsed.data]
      const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'the line'))].slice(0, 5)
      const remedy = 'make the file again with adit detect of this version'
      throw new Refusal('alerts-unreadable', `${path}, line ${index + 1}: no alert (${fields.join(', ')} do not hold); ${remedy}`)
    })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
