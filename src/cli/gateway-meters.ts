import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { MeterOrder } from '../../ingest/meter-order.ts'
import type { Config } from '../config.ts'
import { complain, ExitCode, print, printJson } from './command-output.ts'
import { gatewayName } from './gateway-argument.ts'

interface MetersOptions {
  readonly add?: string[]
  readonly release?: string[] | true
  readonly takeOver?: string
  readonly file?: string
  readonly data?: string
  readonly config?: string
  readonly json?: boolean
}

export function metersCommand(): Command {
  return new Command('meters')
    .description('say which meters a gateway may report; without it a meter is of the gateway that reports it first')
    .argument('<NAME>', 'the gateway', gatewayName)
    .addOption(new Option('--add <METER...>', 'these are its own from now on').conflicts(['release', 'takeOver']))
    .addOption(new Option('--release [METER...]', 'these, or all it has, are free for the next that reports them'))
    .addOption(
      new Option('--take-over <GATEWAY>', 'all meters of another gateway are its own')
        .argParser(gatewayName)
        .conflicts(['release', 'file']),
    )
    .option('--file <FILE>', 'meters to add or release, one a line')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: where ledgers and audit log are kept')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nPayloads that were refused before are taken after POST /api/v1/quarantine/replay.')
    .action(moveMeters)
}

async function moveMeters(name: string, options: MetersOptions): Promise<void> {
  const order = orderOf(name, options)
  if (order === undefined) {
    complain(`Say what to do: adit gateway meters ${name} --add METER…, --release [METER…] or --take-over GATEWAY`)
    process.exitCode = ExitCode.usage
    return
  }
  const { loadConfig } = await import('../config-sources.ts')
  const { openDataDirectory } = await import('../data-directory.ts')
  const { loadLedger } = await import('../open-ledgers.ts')
  const { config: file, data } = options
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
  const ledger = await loadLedger(config, openDataDirectory(config.data))
  const meters = order.meters?.filter((meter) => ledger.rowOfMeter(meter) >= 0) ?? null
  const unknown = order.meters?.filter((meter) => ledger.rowOfMeter(meter) < 0) ?? []
  if (meters === null || meters.length > 0) await give(config, name, { ...order, meters })
  report(order, meters, unknown, options.json)
  if (unknown.length > 0) process.exitCode = meters?.length === 0 ? ExitCode.failed : ExitCode.rejects
}

async function give(config: Config, name: string, order: MeterOrder): Promise<void> {
  const { auditedCommand } = await import('./audited-command.ts')
  const { SqliteJournal } = await import('../../ingest/sqlite-journal.ts')
  const { meterOrderPackets } = await import('../../ingest/meter-order.ts')
  const { from, to, meters } = order
  const detail = { from, to, meters: meters === null ? 'all' : meters.length, first: meters?.slice(0, 5) ?? [] }
  await auditedCommand(config, { action: 'gateway.meters', subject: name, detail }, async (files) => {
    const journal = new SqliteJournal({ path: files.journal })
    try {
      await Promise.all(meterOrderPackets(order, Date.now()).map((packet) => journal.append(packet)))
    } finally {
      await journal.close()
    }
  })
}

function orderOf(name: string, { add = [], release, takeOver, file }: MetersOptions): MeterOrder | undefined {
  const listed = file === undefined ? [] : linesOf(file)
  if (takeOver !== undefined) return { from: takeOver, to: name, meters: null }
  if (release !== undefined) {
    const meters = [...(release === true ? [] : release), ...listed]
    return { from: name, to: null, meters: meters.length === 0 && file === undefined ? null : meters }
  }
  const meters = [...add, ...listed]
  return meters.length === 0 ? undefined : { from: null, to: name, meters }
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function report({ from, to }: MeterOrder, meters: readonly string[] | null, unknown: readonly string[], json = false): void {
  if (json) {
    printJson({ from, to, meters: meters?.length ?? null, unknown })
    return
  }
  const which = meters === null ? `all meters of ${from}` : meters.length === 1 ? '1 meter' : `${meters.length} meters`
  print(to === null ? `Free for the next gateway that reports them: ${which}.` : `Of ${to} from now on: ${which}.`)
  for (const meter of unknown.slice(0, 20)) complain(`  ${meter}: no ledger knows this meter; import the usage points first`)
  if (unknown.length > 20) complain(`  and ${unknown.length - 20} more`)
}
