import { existsSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Backtest } from '../backtest.ts'
import type { BacktestReport } from '../backtest-report.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { complain, ExitCode, print, printJson } from './command-output.ts'
import { progressBar } from './progress.ts'
import { Rejects } from './rejects.ts'

interface BacktestOptions {
  readonly config: readonly string[]
  readonly data?: string
  readonly from?: string
  readonly to?: string
  readonly events?: string
  readonly findings?: string
  readonly out?: string
  readonly all?: boolean
  readonly json?: boolean
}

export function backtestCommand(): Command {
  return new Command('backtest')
    .description('judge the stored readings with two configurations: alerts gained, lost and moved by the second')
    .usage('--config A --config B [options]')
    .option(
      '--config <FILE>',
      'configuration, YAML; given twice, today’s first',
      (file, others) => [...others, file],
      [] as string[],
    )
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--from <TIME>', 'count alerts raised from this time on; what is usual is learnt from the 60 days before')
    .option('--to <TIME>', 'leave out readings that begin at this time or later')
    .option('--events <FILE>', 'end device events, CSV: the store keeps readings only')
    .option('--findings <FILE>', 'findings of inspections, CSV: subject,found_at,result[,kind]')
    .option('--out <FILE>', 'write all differences with both alerts, one JSON object a line')
    .option('--all', 'show all differences, not the first 20 of each kind')
    .option('--json', 'print JSON')
    .action(runBacktest)
}

async function runBacktest(options: BacktestOptions, command: Command): Promise<void> {
  const { config: files, data } = options
  if (files.length !== 2) {
    command.error(
      `error: option '--config <FILE>' is needed twice, for the two configurations; it was given ${files.length} times`,
    )
  }
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const { loadConfig } = await import('../config-sources.ts')
  const { dataFiles } = await import('../data-directory.ts')
  const load = (file: string) => loadConfig({ file, environment: process.env, options: { data } })
  const configs: [Config, Config] = [load(files[0]), load(files[1])]
  const zone = new TimeZone(configs[0].timeZone)
  const { timeOption } = await import('./time-option.ts')
  const from = timeOption(command, '--from', options.from, zone) ?? Number.NEGATIVE_INFINITY
  const to = timeOption(command, '--to', options.to, zone) ?? Number.POSITIVE_INFINITY
  if (from >= to) command.error(`error: --from ${options.from} is not before --to ${options.to}`)
  tellOtherParts(configs)
  const { out } = options
  if (out !== undefined) await checkWritable(out)

  const rejects = new Rejects()
  const report = await judge(configs, dataFiles(configs[0].data), { from, to }, rejects, options)
  if (out !== undefined) {
    writeFileSync(out, report.differences.map((difference) => `${JSON.stringify(difference)}\n`).join(''))
  }
  if (report.findingsBefore > 0) complain(`${report.findingsBefore} findings are older than the period and left out`)
  if (options.json) printJson(report)
  else print((await import('./backtest-text.ts')).backtestText(report, options.all ?? false))
  rejects.report()
  process.exitCode = rejects.count > 0 ? ExitCode.rejects : ExitCode.done
}

async function judge(
  configs: readonly [Config, Config],
  files: DataFiles,
  period: { readonly from: number; readonly to: number },
  rejects: Rejects,
  { config, events, findings: findingsFile }: BacktestOptions,
): Promise<BacktestReport> {
  const { clockOf } = await import('../config.ts')
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const { backtest } = await import('../backtest.ts')
  const { backtestReport } = await import('../backtest-report.ts')
  const { readFindings, subjectsOf } = await import('../findings-file.ts')
  const { openHistory } = await import('../open-history.ts')
  const { loadLedger } = await import('../open-ledgers.ts')
  const { readEventsFile } = await import('./read-events.ts')
  const { StoreUnavailable } = await import('../stores/store-unavailable.ts')
  if (!existsSync(configs[0].database.kind === 'embedded' ? files.ledger : files.ledgerRows)) {
    throw new Refusal('no-data', `${files.directory} holds no ledgers: give the service's data directory with --data`)
  }
  for (const file of [findingsFile, events]) {
    if (file !== undefined && file !== '-' && !existsSync(file)) throw new Refusal('no-such-file', `no such file: ${file}`)
  }
  const [{ store, timeZone }] = configs
  const ledger = await loadLedger(configs[0], files)
  const zone = new TimeZone(timeZone)
  const findings = findingsFile === undefined ? null : await readFindings(findingsFile, zone, subjectsOf(ledger))
  const told =
    events === undefined
      ? []
      : await readEventsFile(events, ledger, { zone, territory: null, reject: (reject) => rejects.add(events, reject) })
  await tellWhatIsNotStored(files)

  const clock = clockOf(configs[0])
  const configurations = [configs[0].detectors, configs[1].detectors] as const
  const history = await openHistory(store, files.readings, ledger)
  const bar = progressBar('judging', 1)
  let outcome: Backtest | null
  try {
    outcome = await backtest({
      history,
      ledger,
      clock,
      configurations,
      events: told,
      ...period,
      progress: (done, total, readings) => bar.update(done / total, `${(readings / 1e6).toFixed(1)} M readings`),
    })
  } catch (error) {
    throw error instanceof StoreUnavailable ? new Refusal('store-unavailable', error.message) : error
  } finally {
    bar.end()
    await history.close()
  }
  if (outcome === null) {
    const where = store.kind === 'embedded' ? files.readings : `bucket ${store.bucket} at ${store.url}`
    throw new Refusal(
      'no-readings',
      `there are no readings of known usage points in ${where} in this period: start adit serve once after an import, or widen --from and --to`,
    )
  }
  return backtestReport(outcome, { clock, files: [config[0], config[1]], configurations, findings })
}

/** Told before the long pass, not after it. */
async function checkWritable(file: string): Promise<void> {
  const { Refusal } = await import('../../model/refusal.ts')
  try {
    writeFileSync(file, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Refusal('not-writable', `--out ${file} cannot be written (${reason}): give a file in a directory that exists`)
  }
}

/** Only the detectors are compared. */
function tellOtherParts([a, b]: readonly [Config, Config]): void {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof Config)[]
  const differing = keys.filter((key) => key !== 'detectors' && JSON.stringify(a[key]) !== JSON.stringify(b[key]))
  if (differing.length === 0) return
  complain(
    `The configurations also differ in ${differing.join(', ')}: the first one's is used for both, only detectors are compared.`,
  )
}

/** Readings that are taken but not in the store yet cannot be judged. */
async function tellWhatIsNotStored(files: DataFiles): Promise<void> {
  const { readServiceNote } = await import('../service-note.ts')
  if (readServiceNote(files) !== undefined) {
    complain('A service runs on this data directory: what it received in the last minute may not be in its files yet.')
    return
  }
  if (!existsSync(files.journal)) return
  const { SqliteJournalReader } = await import('../../ingest/journal-reader.ts')
  const journal = new SqliteJournalReader({ path: files.journal })
  const waiting = journal.lastPosition() - journal.releasedPosition()
  journal.close()
  if (waiting > 0) {
    complain(
      `Of the journal ${waiting} packets are not stored yet and not judged here: start adit serve once, and it stores them.`,
    )
  }
}
