import { Command } from 'commander'
import { complain, ExitCode, print } from './command-output.ts'
import { type HostPort, hostPortText, parseHostPort } from './host-port.ts'

interface ServeOptions {
  readonly config?: string
  readonly data?: string
  readonly http?: HostPort
  readonly mqtt?: HostPort
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the service: MQTT edge or external broker, detectors, API, console')
    .option('--config <FILE>', 'configuration, YAML')
    .option('--data <DIR>', 'data directory (default ./adit-data)')
    .option('--http <HOST:PORT>', 'address of API and console (default 127.0.0.1:8080)', parseHostPort)
    .option('--mqtt <HOST:PORT>', 'address of the MQTT edge (default 127.0.0.1:1883)', parseHostPort)
    .action(serve)
}

/** Longer than a stop takes; what was acknowledged is on disk either way. */
const STOP_MS = 9_000

async function serve({ config: file, data, http, mqtt }: ServeOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { startService } = await import('../app.ts')
  const config = loadConfig({
    ...(file !== undefined && { file }),
    environment: process.env,
    options: { data, http: { ...http }, mqtt: { ...mqtt } },
  })
  // Listened for before anything starts: whoever read that we are ready may stop us at once.
  const stopAsked = Promise.withResolvers<void>()
  process.once('SIGTERM', () => stopAsked.resolve())
  process.once('SIGINT', () => stopAsked.resolve())
  const service = await startService(config)
  if (service.newAdminToken !== undefined) {
    complain(`Admin token, shown this once and kept in ${service.files.adminToken}: ${service.newAdminToken}`)
  }
  print(
    [
      `adit ready: http://${hostPortText(service.http)}`,
      service.mqtt.map((address) => `${address.tls ? 'mqtts' : 'mqtt'}://${hostPortText(address)}`).join('  ') || 'no MQTT edge',
      `data ${service.files.directory}`,
    ].join('  '),
  )

  void stopAsked.promise.then(() => {
    setTimeout(giveUp, STOP_MS).unref()
    return service.stop()
  })
  const failure = await service.stopped
  // What still runs, a broken worker for one, must not hold a supervisor up.
  process.exit(failure === undefined ? ExitCode.done : ExitCode.failed)
}

function giveUp(): void {
  complain(`Not everything closed within ${STOP_MS / 1000} s; ending now. Nothing acknowledged is lost, the next start reads on.`)
  process.exit(ExitCode.failed)
}
