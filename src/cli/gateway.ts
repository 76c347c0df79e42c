import { Command } from 'commander'
import { print, printJson } from './command-output.ts'
import { gatewayName } from './gateway-argument.ts'
import { metersCommand } from './gateway-meters.ts'
import { hostPortText } from './host-port.ts'

interface AddOptions {
  readonly data: string
  readonly json?: boolean
}

export function gatewayCommand(): Command {
  const add = new Command('add')
    .description('register a gateway; its password is shown once')
    .argument('<NAME>', 'its MQTT user name and the level of its topics: letters, digits, "-" and "_"', gatewayName)
    .option('--data <DIR>', 'data directory', './adit-data')
    .option('--json', 'print JSON')
    .action(addGateway)
  return new Command('gateway').description('gateways that may publish').addCommand(add).addCommand(metersCommand())
}

async function addGateway(name: string, { data, json }: AddOptions): Promise<void> {
  const { openDataDirectory } = await import('../data-directory.ts')
  const { GatewayDirectory } = await import('../../ingest/gateway-directory.ts')
  const { readServiceNote } = await import('../service-note.ts')
  const { topicsOfGateway } = await import('../gateway-topics.ts')
  const files = openDataDirectory(data)
  const directory = new GatewayDirectory(files.gateways)
  const now = new Date()
  let password: string
  try {
    password = directory.add(name, now)
  } finally {
    directory.close()
  }

  const mqtt = readServiceNote(files)?.mqtt ?? { host: '127.0.0.1', port: 1883 }
  const topics = topicsOfGateway(name)
  const publish = publishLine(name, password, mqtt, await someMeter(files.ledger), now)
  if (json) {
    printJson({ gateway: name, username: name, password, topics, mqtt: hostPortText(mqtt), publish })
    return
  }
  print(`Gateway ${name} is registered.

  MQTT address   ${hostPortText(mqtt)}
  MQTT user      ${name}
  MQTT password  ${password}   (shown this once)
  Topics         ${topics.join('\n                 ')}

Publish the last quarter-hour of a meter:
  ${publish}`)
}

function publishLine(name: string, password: string, mqtt: { host: string; port: number }, meter: string, now: Date): string {
  const quarter = 900_000
  const start = new Date(Math.floor(now.getTime() / quarter) * quarter - quarter).toISOString().slice(0, 19)
  const message = JSON.stringify({ start: `${start}Z`, seconds: 900, readings: [[meter, 512.5]] })
  return `mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} -u ${name} -P ${password} -q 1 -t adit/v1/${name}/readings -m '${message}'`
}

/** A meter of the ledger, so that the printed line works as it is. */
async function someMeter(ledger: string): Promise<string> {
  const { existsSync } = await import('node:fs')
  if (!existsSync(ledger)) return 'METER'
  const { LedgerStore } = await import('../ledger/ledger-store.ts')
  const store = new LedgerStore(ledger)
  try {
    for (const { area } of store.areas({ limit: 20, after: '' })) {
      const meter = store.usagePointsOfArea(area, { limit: 1, after: '' })[0]?.meter
      if (meter !== undefined) return meter
    }
    return 'METER'
  } finally {
    store.close()
  }
}
