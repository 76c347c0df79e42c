/**
 * Speed and memory: npm run bench -- [--quick] [--huge] [--only NAME …] [--readings N] [--runs N] [--journal GB]
 * Everything is measured in this run on this machine, the peers too; medians of three unless --quick. --readings is what a
 * pipeline is given (into InfluxDB a half of it): 32 million is two minutes at the demanded rate, 120 million at the rate reached.
 */
import { parseArgs } from 'node:util'
import { type Influxd, startInfluxd } from '../tests/servers/influxd.ts'
import { findServer } from '../tests/servers/require-server.ts'
import { benchAlertLatency } from './alert-latency.ts'
import { benchBacktest } from './backtest.ts'
import { benchEdge } from './edge.ts'
import { benchFiles } from './files.ts'
import { commitText, machineText, median } from './machine.ts'
import { benchPipeline, type PipelineLoad, type PipelineResult } from './pipeline.ts'
import { benchPoison } from './poison.ts'
import { benchProfile } from './profile.ts'
import { benchRestart, type TimedStart } from './restart.ts'
import { benchStoreOutage } from './store-outage.ts'
import { benchTelegraf } from './telegraf.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    huge: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    readings: { type: 'string' },
    runs: { type: 'string' },
    journal: { type: 'string', default: '10' },
  },
})
const runs = countOf('runs', values.quick ? 1 : 3)
/** Of a pipeline; for --quick a fifth of two minutes at the demanded rate. */
const readings = countOf('readings', values.quick ? 6_000_000 : 32_000_000)

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  telegraf: async () => withInfluxd(async (influxd) => void (await telegraf(influxd))),
  embedded: async () => {
    await pipeline('embedded store, 20,000 points', { usagePoints: 20_000, readings, perMessage: 100 })
    await pipeline('embedded store, 1 M points', { usagePoints: 1_000_000, readings, perMessage: 100 })
  },
  influxdb: async () =>
    withInfluxd(async (influxd) => {
      await telegraf(influxd)
      const { url, org, bucket, token } = influxd
      const config = { store: { kind: 'influxdb', url, org, bucket, token } }
      await pipeline('InfluxDB 2, 20,000 points', {
        usagePoints: 20_000,
        readings: readings / 2,
        perMessage: 100,
        config,
        storePid: influxd.pid,
      })
    }),
  edge,
  profile: async () => console.log((await benchProfile(readings / 4)).join('\n')),
  detectors,
  alerts: async () => {
    const { alerts, readingsPerSecond, p50, p99 } = await benchAlertLatency()
    row(
      'packet → alert on the feed',
      `at ${readingsPerSecond} readings/s: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms over ${alerts} alerts`,
      'p99 ≤ 1 s',
    )
  },
  poison: async () => {
    // as fast as the peer stores: far enough below the line's own limit that poison shows and not the load
    const load = { readings: values.quick ? 1_500_000 : 9_000_000, perSecond: 150_000 }
    let alone = Number.NaN
    for (const share of [0, 0.1, 1]) {
      const results = []
      for (let i = 0; i < runs; i++) results.push(await benchPoison({ ...load, share }))
      const rate = median(results.map(({ goodPerSecond }) => goodPerSecond))
      if (share === 0) alone = rate
      const [poison, kept] = [results.reduce((sum, r) => sum + r.poison, 0), results.reduce((sum, r) => sum + r.kept, 0)]
      row(
        `good readings beside ${share * 100} % poison packets, offered at ${thousands(load.perSecond)}/s`,
        `${thousands(rate)} readings/s received, stored and judged, ${((100 * rate) / alone).toFixed(1)} % of those alone; ` +
          `${kept} of ${poison} poison packets kept with their reason ${JSON.stringify(results[0]?.codes)}`,
        share === 0 ? '' : '≥ 95 %, all kept',
      )
    }
  },
  files: async () => {
    const { rows, importRowsPerSecond, detectReadingsPerSecond } = await benchFiles(values.quick ? 10 : 40, 60, runs)
    row('adit import, long CSV', `${thousands(importRowsPerSecond)} rows/s of ${thousands(rows)}`, '≥ 500 k')
    row('adit detect, gzipped CSV', `${thousands(detectReadingsPerSecond)} readings/s, process start included`, '≥ 700 k')
  },
  restart: async () => {
    await restart('restart, 1 M points of state', 0)
    const gigabytes = values.quick ? 1 : Number(values.journal)
    if (gigabytes > 0) await restart('restart, 1 M points of state, packets of hours waiting in the journal', gigabytes * 1e9)
  },
  outage: async () => withInfluxd(outage),
  backtest: async () => {
    const usagePoints = values.quick ? 1_000 : 10_000
    const { readings, readingsPerSecond, readingsPerCpuSecond, residentMiB } = await benchBacktest(usagePoints, 365, runs)
    row(
      `adit backtest, a year of ${thousands(usagePoints)} points`,
      `${thousands(readingsPerSecond)} readings/s of ${thousands(readings)} with two configurations at once, ` +
        `${thousands(readingsPerCpuSecond)} a CPU second; ${Math.round(residentMiB)} MiB`,
      '≥ 1 M a CPU second',
    )
  },
}

const wanted = values.only.length > 0 ? values.only : Object.keys(BENCHES).filter((name) => name !== 'telegraf')
for (const name of wanted) if (!BENCHES[name]) throw new Error(`--only ${name} is not one of ${Object.keys(BENCHES).join(', ')}`)
console.log(`${machineText()}\ncommit ${commitText()}, median of ${runs}\n`)
for (const name of wanted) await BENCHES[name]?.()

function countOf(option: 'runs' | 'readings', unsaid: number): number {
  const text = values[option]
  if (text === undefined) return unsaid
  if (!/^[1-9]\d*$/.test(text))
    throw new Error(`--${option} ${text} is no number of ${option}; give it like --${option} ${unsaid}`)
  return Number(text)
}

async function pipeline(name: string, load: PipelineLoad): Promise<void> {
  const results: PipelineResult[] = []
  for (let i = 0; i < runs; i++) {
    const result = await benchPipeline(load)
    if (!result) return
    results.push(result)
  }
  const of = (value: (result: PipelineResult) => number): number => median(results.map(value))
  row(
    name,
    `${thousands(of((r) => r.readingsPerSecond))} readings/s received, stored and judged (acknowledged at ${thousands(of((r) => r.acknowledgedPerSecond))}/s); ` +
      `${of((r) => r.cpuSecondsPerMillion).toFixed(1)} CPU s per million; RSS by tenths ${results[0]?.residentMiB.join(' ')} MiB`,
    name.startsWith('Influx') ? '≥ 0.9 × Telegraf' : '≥ 1.2 × Telegraf',
  )
}

async function telegraf(influxd: Influxd): Promise<void> {
  const results = []
  for (let i = 0; i < runs; i++) {
    const result = await benchTelegraf(influxd, 100, values.quick ? 20_000 : 60_000)
    if (!result) return
    results.push(result)
  }
  row(
    'peer: Mosquitto → Telegraf (JSON) → InfluxDB 2, storing only',
    `${thousands(median(results.map((r) => r.readingsPerSecond)))} readings/s; ${median(results.map((r) => r.cpuSecondsPerMillion)).toFixed(1)} CPU s per million`,
    '',
  )
}

async function edge(): Promise<void> {
  const { acknowledgedPerSecond, latencies, cpuSecondsPerMillion } = await benchEdge(values.quick ? 100_000 : 300_000, runs)
  const [half] = latencies
  row(
    'single-reading packets',
    `${thousands(acknowledgedPerSecond)} acknowledged/s after fsync; PUBACK p99 ${half?.p99.toFixed(1)} ms at ${half?.packetsPerSecond}/s; ${cpuSecondsPerMillion.toFixed(1)} CPU s per million`,
    '≥ 25 k, p99 ≤ 50 ms',
  )
}

async function restart(name: string, journalBytes: number): Promise<void> {
  const result = await benchRestart({ usagePoints: 1_000_000, journalBytes, runs })
  const of = (value: (start: TimedStart) => number): string => median(result.starts.map(value)).toFixed(2)
  row(
    name,
    `acknowledging after ${of((s) => s.acknowledgingSeconds)} s (${of((s) => s.acknowledgingCpuSeconds)} CPU s), ` +
      `judging after ${of((s) => s.judgingSeconds)} s (${of((s) => s.judgingCpuSeconds)} CPU s); ` +
      `checkpoint ${result.checkpointMiB.toFixed(0)} MiB, journal ${result.journalMiB.toFixed(0)} MiB`,
    '≤ 2 s, ≤ 10 s',
  )
}

async function outage(influxd: Influxd): Promise<void> {
  const result = await benchStoreOutage(influxd, values.quick ? 0.1 : 0.5, values.quick ? 5 : 15)
  const p99 = [...result.pubackP99Ms].map(([phase, ms]) => `${phase} ${ms.toFixed(0)}`).join(', ')
  row(
    'InfluxDB fails and comes back',
    `${thousands(result.deliveredPerSecond)} readings/s delivered of a backlog of ${thousands(result.backlog)}, ` +
      `${thousands(result.livePerSecond)}/s live beside it; live PUBACK p99 in ms: ${p99}; ` +
      `${result.missing} of the acknowledged missing; RSS at most ${result.mostResidentMiB} MiB`,
    '≥ 55 k/s, p99 ≤ 200 ms, 0 missing, ≤ 1.5 GiB',
  )
}

/** Each size in a process of its own: its memory is then its own too. */
async function detectors(): Promise<void> {
  const { execFileSync } = await import('node:child_process')
  for (const [usagePoints, days] of values.huge
    ? ([
        [1_000_000, 2],
        [10_000_000, 1],
      ] as const)
    : ([[1_000_000, 2]] as const)) {
    const script = new URL('./detectors-process.ts', import.meta.url).pathname
    row(
      `detectors, ${thousands(usagePoints)} points`,
      execFileSync(process.execPath, ['--max-old-space-size=12000', script, String(usagePoints), String(days)], {
        encoding: 'utf8',
      }).trim(),
      '≤ 1 KB a point, 1.5 GiB and 3 s at 1 M',
    )
  }
}

async function withInfluxd(use: (influxd: Influxd) => Promise<void>): Promise<void> {
  if (findServer('influxd') === undefined) {
    console.warn('SKIPPED  InfluxDB 2: no influxd on this machine')
    return
  }
  const influxd = await startInfluxd()
  try {
    await use(influxd)
  } finally {
    await influxd.stop()
  }
}

function row(what: string, measured: string, wanted: string): void {
  console.log(`${what}\n    ${measured}${wanted ? `   [${wanted}]` : ''}`)
}

function thousands(value: number): string {
  return value >= 1e6
    ? `${(value / 1e6).toFixed(2)} M`
    : value >= 1e4
      ? `${Math.round(value / 1e3)} k`
      : String(Math.round(value))
}
