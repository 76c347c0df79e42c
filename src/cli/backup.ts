import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { BackupTaken } from '../backup/take-backup.ts'
import { complain, ExitCode, print, printJson } from './command-output.ts'
import { manifestText } from './manifest-text.ts'

interface BackupCommandOptions {
  readonly out?: string
  readonly verify?: string
  readonly data?: string
  readonly config?: string
  readonly json?: boolean
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy everything the service keeps, beside the running service, or check such a copy')
    .option('--out <DIR>', 'where the backup goes: a new or empty directory')
    .option('--verify <BACKUP>', 'check a backup instead: every file against its SHA-256')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration of the service, YAML')
    .option('--json', 'print JSON')
    .action(backup)
}

async function backup({ out, verify, ...options }: BackupCommandOptions, command: Command): Promise<void> {
  if ((out === undefined) === (verify === undefined)) command.error('error: give either --out DIR or --verify BACKUP')
  if (verify !== undefined) await check(verify, options)
  else if (out !== undefined) await take(out, options)
}

async function take(out: string, { data, config: file, json }: BackupCommandOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { dataFiles } = await import('../data-directory.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const { takeBackup } = await import('../backup/take-backup.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const { default: about } = await import('../../package.json', { with: { type: 'json' } })
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  if (!existsSync(dataFiles(config.data).ledger)) {
    throw new Refusal('no-data', `${config.data} has nothing of ours: give the service's data directory with --data`)
  }
  const began = performance.now()
  const told = ({ manifest: { journal, files } }: BackupTaken) => ({ position: journal.position, files: files.length })
  const { manifest, damaged } = await auditedCommand(config, { action: 'backup', subject: out, detail: {}, told }, (files) =>
    takeBackup({ files, config, out, program: about.version, now: new Date() }),
  )
  const seconds = Math.round(performance.now() - began) / 1000
  if (json) {
    const { files, ...facts } = manifest
    printJson({ out, ...facts, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), damaged, seconds })
  } else {
    print(`${out}: ${manifestText(manifest)}, ${seconds.toFixed(1)} s`)
    for (const { part, command } of manifest.elsewhere) print(`Not in it: ${part}. Save it now:\n  ${command}`)
  }
  for (const { path, reason } of damaged) complain(`${path} was damaged before and is in the backup as it is: ${reason}`)
  if (damaged.length > 0) process.exitCode = ExitCode.rejects
}

async function check(directory: string, { json }: BackupCommandOptions): Promise<void> {
  const { checkBackup } = await import('../backup/check-backup.ts')
  const { manifest, faults } = await checkBackup(directory)
  if (json) printJson({ whole: faults.length === 0, program: manifest.program, takenAt: manifest.takenAt, faults })
  else if (faults.length === 0) print(`${directory} is whole: ${manifestText(manifest)}`)
  else for (const { path, reason } of faults) complain(`${path} ${reason}`)
  if (faults.length > 0) process.exitCode = ExitCode.failed
}
