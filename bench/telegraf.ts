/** The peer: Mosquitto → Telegraf → InfluxDB 2, storing only, measured by the shared anchor script in the same run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Influxd } from '../tests/servers/influxd.ts'

const run = promisify(execFile)

export interface TelegrafResult {
  readonly readingsPerSecond: number
  /** Telegraf, influxd and Mosquitto together. */
  readonly cpuSecondsPerMillion: number
}

/** Undefined, with a word on why, where the script or what it needs is absent. */
export async function benchTelegraf(influxd: Influxd, perMessage: number, messages: number): Promise<TelegrafResult | undefined> {
  const anchors = join(process.env.ADIT_SHARED ?? resolve(import.meta.dirname, '../../shared'), 'tools/anchors')
  const script = join(process.env.ADIT_SHARED_TOOLS ?? anchors, 'telegraf-to-influxdb.sh')
  if (!existsSync(script)) {
    console.warn(`SKIPPED  Telegraf: no ${script}`)
    return undefined
  }
  const environment = {
    INFLUX_URL: influxd.url,
    INFLUX_TOKEN: influxd.token,
    INFLUX_ORG: influxd.org,
    INFLUX_PID: String(influxd.pid),
  }
  try {
    const { stdout } = await run(script, ['json', String(perMessage), String(messages)], {
      env: { ...process.env, ...environment },
    })
    const cpu = [...stdout.matchAll(/(?:telegraf|influxd|mosquitto) ([\d.]+)(?=,|\s*$)/gm)].map(([, seconds]) => Number(seconds))
    return {
      readingsPerSecond: Number(/stored, (\d+) readings\/s/.exec(stdout)?.[1]),
      cpuSecondsPerMillion: cpu.reduce((sum, seconds) => sum + seconds, 0),
    }
  } catch (error) {
    console.warn(`SKIPPED  Telegraf: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
