import { Command, Option } from 'commander'
import type { Credentials } from '../../ingest/gateway-directory.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { print, printJson } from './command-output.ts'
import { gatewayName } from './gateway-argument.ts'
import { metersCommand } from './gateway-meters.ts'
import { hostPortText } from './host-port.ts'

interface PlaceOptions {
  readonly data?: string
  readonly config?: string
}

interface AddOptions extends PlaceOptions {
  readonly certificate?: string
  readonly certificateName?: boolean
  readonly password?: boolean
  readonly json?: boolean
}

export function gatewayCommand(): Command {
  const add = new Command('add')
    .description('register a gateway; its password is shown once')
    .argument('<NAME>', 'its MQTT user name and the level of its topics: letters, digits, "-" and "_"', gatewayName)
    .option('--certificate <FILE>', 'it logs in with this certificate (PEM or DER) instead of a password')
    .addOption(
      new Option(
        '--certificate-name',
        'it logs in with any certificate for NAME signed by an authority of mqtt.tls.caFile',
      ).conflicts('certificate'),
    )
    .option('--password', 'with a certificate: a password besides')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: where ledgers and audit log are kept')
    .option('--json', 'print JSON')
    .action(addGateway)
  const revoke = new Command('revoke')
    .description('a gateway may publish no more, and is cut off at once; its meters stay its own until they are moved')
    .argument('<NAME>', 'the gateway', gatewayName)
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--config <FILE>', 'configuration, YAML: where ledgers and audit log are kept')
    .action(revokeGateway)
  return new Command('gateway')
    .description('gateways that may publish')
    .addCommand(add)
    .addCommand(metersCommand())
    .addCommand(revoke)
}

async function addGateway(name: string, options: AddOptions): Promise<void> {
  const { dataFiles } = await import('../data-directory.ts')
  const { auditedCommand } = await import('./audited-command.ts')
  const { GatewayDirectory } = await import('../../ingest/gateway-directory.ts')
  const { readServiceNote } = await import('../service-note.ts')
  const { topicsOfGateway } = await import('../gateway-topics.ts')
  const credentials = await credentialsOf(options)
  const config = await configOf(options)
  const files = dataFiles(config.data)
  const now = new Date()
  const entry = { action: 'gateway.add', subject: name, detail: { ...credentials } } as const
  const password = await auditedCommand(config, entry, ({ gateways }) => {
    const directory = new GatewayDirectory(gateways)
    try {
      const made = directory.add(name, now, credentials)
      return credentials.password ? made : null
    } finally {
      directory.close()
    }
  })

  const edges = readServiceNote(files)?.mqtt ?? []
  const wanted = credentials.certificate === null ? edges[0] : edges.find(({ tls }) => tls)
  const mqtt = wanted ?? { host: '127.0.0.1', port: 1883, tls: credentials.certificate !== null }
  const topics = topicsOfGateway(name)
  const publish = publishLine(name, password, credentials, mqtt, await someMeter(config, files), now)
  const certificate = credentials.certificate
  if (options.json) {
    printJson({ gateway: name, username: name, password, certificate, topics, mqtt: hostPortText(mqtt), publish })
    return
  }
  const identity = [
    ...(password === null ? [] : [`  MQTT password  ${password}   (shown this once)`]),
    ...(certificate === null
      ? []
      : [`  Certificate    ${certificate === 'name' ? `CN=${name}, of mqtt.tls.caFile` : certificate}`]),
  ]
  print(`Gateway ${name} is registered.

  MQTT address   ${hostPortText(mqtt)}${mqtt.tls ? ' (TLS)' : ''}
  MQTT user      ${name}
${identity.join('\n')}
  Topics         ${topics.join('\n                 ')}

Publish the last quarter-hour of a meter:
  ${publish}`)
}

async function credentialsOf({ certificate: file, certificateName, password = false }: AddOptions): Promise<Credentials> {
  const { NAMED_CERTIFICATE } = await import('../../ingest/gateway-directory.ts')
  if (certificateName) return { certificate: NAMED_CERTIFICATE, password }
  if (file === undefined) return { certificate: null, password: true }
  const { readFileSync } = await import('node:fs')
  const { fingerprintOfFile } = await import('../../ingest/client-certificate.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  try {
    return { certificate: fingerprintOfFile(readFileSync(file)), password }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Refusal('certificate', `--certificate ${file}: holds no certificate in PEM or DER (${reason})`)
  }
}

async function revokeGateway(name: string, options: PlaceOptions): Promise<void> {
  const { auditedCommand } = await import('./audited-command.ts')
  const { GatewayDirectory } = await import('../../ingest/gateway-directory.ts')
  const { Refusal } = await import('../../model/refusal.ts')
  const config = await configOf(options)
  await auditedCommand(config, { action: 'gateway.revoke', subject: name, detail: {} }, ({ gateways }) => {
    const directory = new GatewayDirectory(gateways)
    try {
      if (!directory.revoke(name, new Date())) {
        throw new Refusal('gateway-unknown', `there is no gateway ${name} that could be revoked`)
      }
    } finally {
      directory.close()
    }
  })
  print(`Gateway ${name} may publish no more. Its meters stay its own: adit gateway meters NEW --take-over ${name}`)
}

async function configOf({ data, config: file }: PlaceOptions): Promise<Config> {
  const { loadConfig } = await import('../config-sources.ts')
  return loadConfig({ ...(file !== undefined && { file }), environment: process.env, options: { data } })
}

function publishLine(
  name: string,
  password: string | null,
  { certificate }: Credentials,
  { host, port, tls }: { host: string; port: number; tls: boolean },
  meter: string,
  now: Date,
): string {
  const quarter = 900_000
  const start = new Date(Math.floor(now.getTime() / quarter) * quarter - quarter).toISOString().slice(0, 19)
  const message = JSON.stringify({ start: `${start}Z`, seconds: 900, readings: [[meter, 512.5]] })
  const identity = [
    `-u ${name}`,
    ...(password === null ? [] : [`-P ${password}`]),
    ...(tls ? ['--cafile CA.pem'] : []),
    ...(certificate === null ? [] : ['--cert CERTIFICATE.pem --key KEY.pem']),
  ].join(' ')
  return `mosquitto_pub -h ${host} -p ${port} ${identity} -q 1 -t adit/v1/${name}/readings -m '${message}'`
}

/** A meter of the ledger, so that the printed line works as it is. */
async function someMeter(config: Config, files: DataFiles): Promise<string> {
  const { existsSync } = await import('node:fs')
  if (config.database.kind === 'embedded' && !existsSync(files.ledger)) return 'METER'
  const { openLedgers } = await import('../open-ledgers.ts')
  const store = await openLedgers(config, files)
  try {
    return (await store.someMeter()) ?? 'METER'
  } finally {
    await store.close()
  }
}
