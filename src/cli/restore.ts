import { Command } from 'commander'
import { complain, print, printJson } from './command-output.ts'
import { manifestText } from './manifest-text.ts'

interface RestoreOptions {
  readonly data: string
  readonly config?: string
  readonly json?: boolean
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('make a data directory of a backup, once every file of it was checked')
    .argument('<BACKUP>', 'what adit backup --out wrote')
    .requiredOption('--data <NEWDIR>', 'a new or empty directory')
    .option('--config <FILE>', 'configuration of the service, YAML')
    .option('--json', 'print JSON')
    .action(restore)
}

async function restore(backup: string, { data, config: file, json }: RestoreOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { beginRestore } = await import('../backup/restore-backup.ts')
  const { configurationHash } = await import('../backup/kept-elsewhere.ts')
  const { recordedCommand } = await import('./audited-command.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const { manifest, files, copyRest } = await beginRestore(backup, config.data)
  const { takenAt, journal, elsewhere } = manifest
  const detail = { takenAt, position: journal.position }
  await recordedCommand(config.database, files, { action: 'restore', subject: backup, detail }, copyRest)
  const sameConfiguration = manifest.configuration === configurationHash(config)
  if (json) {
    printJson({ data: config.data, takenAt, program: manifest.program, journal, sameConfiguration, elsewhere })
    return
  }
  print(`${config.data}: ${manifestText(manifest)}\nStart it with: adit serve --data ${config.data}`)
  if (!sameConfiguration)
    complain('The configuration is not the one of the backup: with other detectors everything is judged again.')
  for (const { part, command } of elsewhere) complain(`Not in it: ${part}, saved with\n  ${command}`)
}
