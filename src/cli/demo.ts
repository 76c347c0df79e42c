/**
 * `adit demo`: a fictional county on embedded defaults. Its history comes in by the way of `adit import`, then a gateway
 * publishes the following month through the MQTT edge, a quarter-hour every second and a half. Everything plays in the past, so
 * the service needs no exception: what is live in the demo is old for the clock, and within what is taken.
 */
import { Worker } from 'node:worker_threads'
import { Command, InvalidArgumentError } from 'commander'
import { complain, ExitCode, print } from './command-output.ts'
import type { StageMessage, StageOrder } from './demo-stage.ts'
import { type HostPort, hostPortText, parseHostPort } from './host-port.ts'
import { progressBar } from './progress.ts'

interface DemoOptions {
  readonly data: string
  readonly http?: HostPort
  readonly mqtt?: HostPort
  readonly pace: number
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('a fictional county with mines, 3,000 usage points and 60 days of history, then live at an accelerated clock')
    .option('--data <DIR>', 'data directory, emptied at every start', './adit-demo')
    .option('--http <HOST:PORT>', 'address of API and console (default 127.0.0.1:8080)', parseHostPort)
    .option('--mqtt <HOST:PORT>', 'address of the MQTT edge (default 127.0.0.1:1883)', parseHostPort)
    .option('--pace <SECONDS>', 'seconds for a quarter-hour', parsePace, 1.5)
    .action(demo)
}

function parsePace(text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0 && seconds <= 3600)) throw new InvalidArgumentError('Give seconds, such as 1.5.')
  return seconds
}

const GATEWAY = 'demo-gateway'

async function demo({ data, http, mqtt, pace }: DemoOptions): Promise<void> {
  const { loadConfig } = await import('../config-sources.ts')
  const { startService } = await import('../app.ts')
  const { demoStartDate, LIVE_FROM } = await import('../../fixtures/demo-county.ts')
  const { GatewayDirectory } = await import('../../ingest/gateway-directory.ts')
  const { emptyDemoDirectory } = await import('./demo-directory.ts')
  const { publishLive } = await import('./demo-gateway.ts')
  const { SERVICE_RUNS } = await import('./demo-stage.ts')

  const config = loadConfig({ environment: {}, options: { data, log: 'warn', http: { ...http }, mqtt: { ...mqtt } } })
  const files = emptyDemoDirectory(data)
  const playing = progressBar('playing the demo county', 40)
  const now = new Date()
  const order: StageOrder = { startDate: demoStartDate(now), files, now: now.getTime() }
  const stage = new Worker(new URL('./demo-stage.ts', import.meta.url), { workerData: order, name: 'adit-demo' })
  const told = messagesOf(stage)

  const ledgers = await told('ledgers', (message) => {
    if (message.kind === 'played') playing.update(message.areas)
  })
  playing.end()
  const service = await startService(config, { demo: true })
  const stopping = new AbortController()
  const stop = (): void => {
    stopping.abort()
    void stage.terminate()
    void service.stop()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  void service.stopped.then(() => stopping.abort())

  const address = `http://${hostPortText(service.http)}`
  print(`示范县 Shifan county: ${ledgers.usagePoints} usage points in 40 areas, 14 mines. Open  ${address}`)
  stage.postMessage(SERVICE_RUNS)
  const judging = progressBar('judging 60 days of history', LIVE_FROM * 60)
  const judged = setInterval(() => {
    void judgedUntil(address).then((at) => {
      if (at > 0) judging.update(at - ledgers.historyUtc)
    })
  }, 500)

  try {
    const { live } = await told('live', () => {})
    const directory = new GatewayDirectory(files.gateways)
    const password = directory.add(GATEWAY, new Date())
    const mine = directory.add('my-gateway', new Date())
    directory.close()
    await until(async () => (await judgedUntil(address)) >= live.startUtc - 2 * live.seconds, stopping.signal)
    clearInterval(judged)
    judging.end()
    const [edge] = service.mqtt
    if (edge && !stopping.signal.aborted) {
      const { host, port } = edge
      print(whatToLookAt(address, { host, port, password: mine, meter: live.meters[0]?.meter ?? '' }, live.startUtc))
      await publishLive(live, { host, port, name: GATEWAY, password, pace }, stopping.signal)
      if (!stopping.signal.aborted) print('The month of the demo is over; the page stays. Start again for a new one.')
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error
  } finally {
    clearInterval(judged)
  }
  const failure = await service.stopped
  if (failure) complain(failure.message)
  process.exit(failure === undefined ? ExitCode.done : ExitCode.failed)
}

/** Resolves with the first message of a kind; others go to `meanwhile`. Rejects when the stage breaks. */
function messagesOf(stage: Worker) {
  return <K extends StageMessage['kind']>(
    kind: K,
    meanwhile: (message: StageMessage) => void,
  ): Promise<Extract<StageMessage, { kind: K }>> =>
    new Promise((resolve, reject) => {
      const isWanted = (message: StageMessage): message is Extract<StageMessage, { kind: K }> => message.kind === kind
      const hear = (message: StageMessage): void => {
        if (!isWanted(message)) {
          meanwhile(message)
          return
        }
        stage.off('message', hear)
        resolve(message)
      }
      stage.on('message', hear)
      stage.once('error', reject)
      stage.once('exit', (code) => reject(new Error(`the demo's stage ended with code ${code}`)))
    })
}

/** UTC seconds of the newest reading that was judged; 0 before the first. */
async function judgedUntil(address: string): Promise<number> {
  try {
    const summary: unknown = await (await fetch(`${address}/api/v1/summary`)).json()
    if (typeof summary !== 'object' || summary === null || !('lastReadingAt' in summary)) return 0
    return typeof summary.lastReadingAt === 'string' ? Date.parse(summary.lastReadingAt) / 1000 : 0
  } catch {
    return 0
  }
}

async function until(done: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await done())) await new Promise((resolve) => setTimeout(resolve, 250))
}

function whatToLookAt(address: string, mqtt: HostPort & { password: string; meter: string }, liveFrom: number): string {
  const start = new Date(liveFrom * 1000).toISOString().slice(0, 19)
  const message = JSON.stringify({ start: `${start}Z`, seconds: 900, readings: [[mqtt.meter, 512.5]] })
  return `
The clock of the demo is at ${start}Z and runs on, live through MQTT. What was put in:
  A  a ball mill at a farm, tonight for the third night: watch for the new lead at noon
  B  a pump tapped past the meters, seen only in the balance of its area
  C  a cave washed by night with small pumps
  D  tobacco barns: lawful, declared, and no lead
  E  a workshop whose meter counts with a wrong multiplier: a matter of data, not of theft
  F  a site that was left and is taken up again
  G  an account closed long ago that draws
  H  a furnace in town, a few evenings a week
  I  another closed account, that drew for ten days early in the history: cleared since

  Page             ${address}
  Live feed        curl -N ${address}/api/v1/alerts/stream
  Publish yourself (gateway my-gateway)
    mosquitto_pub -h ${mqtt.host} -p ${mqtt.port} -u my-gateway -P ${mqtt.password} -q 1 -t adit/v1/my-gateway/readings -m '${message}'

Stop with Ctrl+C.`
}
