import { existsSync, statSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Table, TableOptions } from '../../ingest/csv-table.ts'
import type { Ledger } from '../../model/ledger.ts'
import { complain, ExitCode } from './command-output.ts'
import { progressBar } from './progress.ts'
import { Rejects } from './rejects.ts'

interface DetectOptions {
  readonly usagePoints: string
  readonly areas: string
  readonly mines: string
  readonly lawfulUses?: string
  readonly events?: string
  readonly readings: readonly string[]
  readonly until?: string
  readonly config?: string
  readonly out: string
}

export function detectCommand(): Command {
  return new Command('detect')
    .description('judge files of readings as the service would have, and write the alerts it would have raised')
    .requiredOption('--usage-points <FILE>', 'ledger of usage points')
    .requiredOption('--areas <FILE>', 'ledger of transformer areas')
    .requiredOption('--mines <FILE>', 'ledger of closed mines and dig points')
    .option('--lawful-uses <FILE>', 'declared uses that explain a load')
    .option('--events <FILE>', 'end device events')
    .requiredOption('--readings <FILE...>', 'readings in any of the three layouts, gzipped or not')
    .option('--until <TIME>', 'leave out what ends later, ISO 8601')
    .option('--config <FILE>', 'configuration, YAML')
    .requiredOption('--out <FILE>', 'where the alerts go, one JSON object a line')
    .action(detect)
}

async function detect(options: DetectOptions): Promise<void> {
  const { clockOf } = await import('../config.ts')
  const { DetectorBank } = await import('../../detectors/detector-bank.ts')
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const { loadConfig } = await import('../config-sources.ts')
  const { judgeFiles } = await import('../judge-files.ts')
  const { readEventsFile } = await import('./read-events.ts')
  const config = loadConfig({
    ...(options.config !== undefined && { file: options.config }),
    environment: process.env,
    options: {},
  })
  const zone = new TimeZone(config.timeZone)
  const until = untilSeconds(options.until)
  if (until === null) {
    complain(`--until ${options.until} is no time; give it like 2026-11-24T00:00:00+08:00`)
    process.exitCode = ExitCode.usage
    return
  }
  const paths = [options.usagePoints, options.areas, options.mines, ...options.readings]
  for (const optional of [options.lawfulUses, options.events]) if (optional !== undefined) paths.push(optional)
  const missing = paths.filter((path) => path !== '-' && !existsSync(path))
  if (missing.length > 0) throw new Error(`no such file: ${missing.join(', ')}`)

  const rejects = new Rejects()
  const ledger = await readLedger(options, {
    zone,
    territory: config.territory ?? null,
    reject: (reject) => rejects.add('', reject),
  })
  const { events } = options
  const told =
    events === undefined
      ? []
      : await readEventsFile(events, ledger, { zone, territory: null, reject: (reject) => rejects.add(events, reject) })
  const bar = progressBar(
    'judging',
    options.readings.reduce((sum, path) => sum + statSync(path).size, 0),
  )
  const outcome = await judgeFiles(
    {
      paths: options.readings,
      ledger,
      events: told,
      zone,
      until,
      reject: (path, reject) => rejects.add(path, reject),
      progress: (bytes, readings) => bar.update(bytes, `${(readings / 1e6).toFixed(1)} M readings`),
    },
    () => new DetectorBank(config.detectors, clockOf(config), ledger),
  )
  bar.end()
  writeFileSync(options.out, outcome.alerts.map((alert) => `${JSON.stringify(alert)}\n`).join(''))
  complain(
    `${outcome.readings} readings of ${ledger.usagePoints.length} usage points judged beside ${ledger.mines.length} mines: ${outcome.alerts.length} alerts in ${options.out}`,
  )
  rejects.report()
  process.exitCode = rejects.count > 0 ? ExitCode.rejects : ExitCode.done
}

async function readLedger(options: DetectOptions, table: TableOptions): Promise<Ledger> {
  const { readAreas, readLawfulUses, readMines, readUsagePoints } = await import('../../ingest/csv-table.ts')
  const { openBytes } = await import('../../ingest/open-bytes.ts')
  const { buildLedger } = await import('../ledger/build-ledger.ts')
  const recordsOf = async <T>(path: string, read: (source: AsyncIterable<Uint8Array>, o: TableOptions) => Promise<Table<T>>) =>
    (
      await read(openBytes(path), {
        ...table,
        reject: (reject) => table.reject({ ...reject, reason: `${path}: ${reject.reason}` }),
      })
    ).records
  return buildLedger(
    await recordsOf(options.usagePoints, readUsagePoints),
    await recordsOf(options.areas, readAreas),
    await recordsOf(options.mines, readMines),
    options.lawfulUses === undefined ? [] : await recordsOf(options.lawfulUses, readLawfulUses),
  )
}

/** UTC seconds; null when it is no time, infinity when nothing was said. */
function untilSeconds(text: string | undefined): number | null {
  if (text === undefined) return Number.POSITIVE_INFINITY
  const at = Date.parse(text)
  return Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? null : Math.floor(at / 1000)
}
