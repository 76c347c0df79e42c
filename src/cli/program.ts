import { Command, CommanderError } from 'commander'
import { auditCommand } from './audit.ts'
import { backtestCommand } from './backtest.ts'
import { backupCommand } from './backup.ts'
import { calibrateCommand } from './calibrate.ts'
import { complain, ExitCode, harmless } from './command-output.ts'
import { decodeCommand } from './decode.ts'
import { demoCommand } from './demo.ts'
import { detectCommand } from './detect.ts'
import { doctorCommand } from './doctor.ts'
import { gatewayCommand } from './gateway.ts'
import { importCommand } from './import.ts'
import { restoreCommand } from './restore.ts'
import { serveCommand } from './serve.ts'
import { tokenCommand } from './token.ts'
import { userCommand } from './user.ts'
import { verifyAuditCommand } from './verify-audit.ts'

/** The program `adit`. What a command needs is loaded when it runs, so that help and complaints come at once. */
export function aditProgram(): Command {
  const program = new Command('adit')
    .description('Finds illegal power draw at closed gold mines from smart-meter data.')
    .addCommand(serveCommand())
    .addCommand(demoCommand())
    .addCommand(importCommand())
    .addCommand(detectCommand())
    .addCommand(backtestCommand())
    .addCommand(calibrateCommand())
    .addCommand(decodeCommand())
    .addCommand(gatewayCommand())
    .addCommand(tokenCommand())
    .addCommand(userCommand())
    .addCommand(doctorCommand())
    .addCommand(auditCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(verifyAuditCommand())
  strict(program)
  return program
}

/** Runs one command line (without node and script); resolves with the exit code. */
export async function runAdit(words: readonly string[]): Promise<number> {
  try {
    await aditProgram().parseAsync([...words], { from: 'user' })
    return Number(process.exitCode ?? ExitCode.done)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage
    if (!(error instanceof Error)) throw error
    // What the user can put right is told plainly; a fault of ours keeps its trace.
    if (error.name === 'ConfigError') {
      complain(`The configuration does not hold:\n${error.message.replaceAll(/^/gm, '  ')}`)
      return ExitCode.usage
    }
    complain(error.name === 'Refusal' ? error.message : plainReason(error))
    return ExitCode.failed
  }
}

function strict(command: Command): void {
  command.configureOutput({ writeErr: (text) => process.stderr.write(harmless(text)) })
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false)
  command.showHelpAfterError(`Right: ${usageOf(command)}   (more: ${pathOf(command)} --help)`)
  for (const child of command.commands) strict(child)
}

function usageOf(command: Command): string {
  const needed = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags)
  return [pathOf(command), ...needed, command.usage()].join(' ')
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

function plainReason(error: Error): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `${error.message}: another program listens there; choose another address with --http or --mqtt`
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOSPC') return error.message
  return error.stack ?? error.message
}
