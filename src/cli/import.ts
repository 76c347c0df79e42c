import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { Command, Option } from 'commander'
import { CSV_KINDS, type CsvKind } from '../../ingest/csv-layout.ts'
import { isolatedText } from '../../model/inert-text.ts'
import type { Config } from '../config.ts'
import type { ImportedFile } from '../import-files.ts'
import { complain, ExitCode, print, printJson } from './command-output.ts'
import { progressBar } from './progress.ts'

interface ImportCommandOptions {
  readonly kind?: CsvKind
  readonly data?: string
  readonly config?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function importCommand(): Command {
  return new Command('import')
    .description('take ledgers, readings and events from CSV files, gzipped or not')
    .argument('<FILE...>', 'the kind of each is recognised by its header')
    .addOption(new Option('--kind <KIND>', 'take the files as this kind').choices(CSV_KINDS))
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: time zone, territory and database')
    .option('--dry-run', 'say what would be new, changed and rejected, and change nothing')
    .option('--json', 'print JSON')
    .action(importAll)
}

async function importAll(
  paths: string[],
  { kind, data, config: file, dryRun = false, json }: ImportCommandOptions,
): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { importFiles } = await import('../import-files.ts')
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const bar = progressBar(dryRun ? 'checking' : 'importing', totalBytes(paths))
  const options = {
    data: config.data,
    database: config.database,
    ...(kind && { kind }),
    dryRun,
    zone: new TimeZone(config.timeZone),
    territory: config.territory ?? null,
    now: Date.now(),
    futureSeconds: config.window.futureSeconds,
    progress: (bytes: number) => bar.update(bytes),
  }
  const outcomes = dryRun ? await importFiles(paths, options) : await recorded(config, paths, () => importFiles(paths, options))
  bar.end()
  if (json) printJson({ dryRun, files: outcomes })
  else for (const outcome of outcomes) report(outcome, dryRun)
  process.exitCode = exitCodeOf(outcomes)
}

async function recorded(
  config: Config,
  paths: readonly string[],
  act: () => Promise<readonly ImportedFile[]>,
): Promise<readonly ImportedFile[]> {
  const { auditedCommand } = await import('./audited-command.ts')
  const files = paths.map((path) => basename(path))
  const told = (outcomes: readonly ImportedFile[]) => ({
    files: outcomes.map(({ file, kind, added, changed, taken, rejected }) => [
      basename(file),
      kind,
      { added, changed, taken, rejected },
    ]),
  })
  return await auditedCommand(config, { action: 'import', subject: files.join(' '), detail: { files: files.length }, told }, act)
}

function exitCodeOf(outcomes: readonly ImportedFile[]): number {
  const faults = outcomes.some(({ rejected, error }) => rejected > 0 || error !== null)
  if (!faults) return ExitCode.done
  return outcomes.some(({ taken, missing }) => taken + missing > 0) ? ExitCode.rejects : ExitCode.failed
}

function report(outcome: ImportedFile, dryRun: boolean): void {
  const { kind, error, rejects, rejected, rejectsFile, ignoredColumns } = outcome
  const file = isolatedText(outcome.file)
  if (error) {
    complain(`${file}: ${isolatedText(error.reason)}\n  remedy: ${error.remedy}`)
    return
  }
  print(`${file}: ${kind}, ${dryRun ? 'would be ' : ''}${countsText(outcome)}`)
  if (ignoredColumns.length > 0) complain(`  columns not known and not used: ${ignoredColumns.map(isolatedText).join(', ')}`)
  for (const { line, column, value, reason, remedy } of rejects) {
    complain(
      `  line ${line}, ${isolatedText(column) || 'row'}${value === '' ? '' : ` "${isolatedText(value.slice(0, 60))}"`}: ${isolatedText(reason)}; ${isolatedText(remedy)}`,
    )
  }
  if (rejected > rejects.length) complain(`  and ${rejected - rejects.length} more`)
  if (rejectsFile) complain(`  rejected rows: ${isolatedText(rejectsFile)}`)
}

function countsText({ kind, added, changed, unchanged, taken, missing, rejected }: ImportedFile): string {
  const parts =
    kind === 'readings' || kind === 'events'
      ? [`${taken} taken`]
      : [`${added} new`, `${changed} changed`, `${unchanged} unchanged`]
  if (missing > 0) parts.push(`${missing} empty (missing, not zero)`)
  parts.push(`${rejected} rejected`)
  return parts.join(', ')
}

function totalBytes(paths: readonly string[]): number {
  let bytes = 0
  for (const path of paths) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return bytes
}
