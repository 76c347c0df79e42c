/**
 * Gateway batches through the whole line: MQTT → journal (fsync, PUBACK) → store → detectors. The clock stops when the last
 * reading is in the books: received, stored, judged.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { buildLoadGenerator } from './edge.ts'
import { cpuSeconds, residentMiB } from './machine.ts'
import { type ServeProcess, startServe } from './serve-process.ts'

const run = promisify(execFile)

export interface PipelineResult {
  readonly readingsPerSecond: number
  /** From the first packet to the last PUBACK. */
  readonly acknowledgedPerSecond: number
  readonly cpuSecondsPerMillion: number
  /** MiB at every tenth of the way. */
  readonly residentMiB: readonly number[]
  readonly readings: number
}

export interface PipelineLoad {
  readonly usagePoints: number
  readonly readings: number
  readonly perMessage: number
  readonly config?: Readonly<Record<string, unknown>>
  /** Further options of Node for the service. */
  readonly node?: readonly string[]
  /** A server behind the service whose CPU counts too. */
  readonly storePid?: number
}

/** Undefined, with a word on why, where there is no load generator. */
export async function benchPipeline(load: PipelineLoad): Promise<PipelineResult | undefined> {
  const generator = await buildLoadGenerator()
  if (generator === undefined) {
    console.warn('SKIPPED  pipeline: the load generator needs go and the shared tools')
    return undefined
  }
  const { usagePoints, config = {}, node = [] } = load
  const server = await startServe({ usagePoints, config, node })
  try {
    return await publish(generator, server, load)
  } finally {
    await server.stop()
  }
}

async function publish(
  generator: string,
  server: ServeProcess,
  { usagePoints, readings, perMessage, storePid }: PipelineLoad,
): Promise<PipelineResult> {
  const messages = Math.ceil(readings / perMessage / 4) * 4
  const memory: { at: number; mib: number }[] = []
  const sampling = setInterval(() => memory.push({ at: Date.now(), mib: residentMiB(server.pid) }), 500)
  const spent = (): number => cpuSeconds(server.pid) + (storePid === undefined ? 0 : cpuSeconds(storePid))
  const before = spent()
  try {
    const { stdout } = await run(generator, [
      ...['-addr', `127.0.0.1:${server.mqttPort}`, '-passwords', server.passwords.join(','), '-kind', 'adit', '-conns', '4'],
      ...['-batch', String(perMessage), '-msgs', String(messages), '-meters', String(usagePoints)],
    ])
    const start = Number(/start_ns=(\d+)/.exec(stdout)?.[1]) / 1e6
    const acknowledged = Number(/= (\d+) msg\/s/.exec(stdout)?.[1]) * perMessage
    const total = messages * perMessage
    await server.received(total, 600)
    const seconds = (Date.now() - start) / 1000
    const during = memory.filter(({ at }) => at >= start).map(({ mib }) => mib)
    return {
      readings: total,
      readingsPerSecond: total / seconds,
      acknowledgedPerSecond: acknowledged,
      cpuSecondsPerMillion: ((spent() - before) / total) * 1e6,
      residentMiB: Array.from({ length: 10 }, (_, i) =>
        Math.round(during[Math.floor(((i + 1) * during.length) / 10) - 1] ?? Number.NaN),
      ),
    }
  } finally {
    clearInterval(sampling)
  }
}
