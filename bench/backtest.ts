/** `adit backtest` over quarter-hours in the embedded store, as a process of its own: two configurations side by side, start included. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { openDataDirectory } from '../src/data-directory.ts'
import { EmbeddedStore } from '../src/stores/embedded-store.ts'
import { energyOf } from './detectors.ts'
import { fillLoadLedger } from './load-county.ts'
import { cpuSeconds, median, residentMiB } from './machine.ts'

const ADIT = join(import.meta.dirname, '../src/cli/adit.ts')
const SECONDS = 900
const A_DAY = 96
const SAMPLED_AFTER_MS = 100

export interface BacktestResult {
  readonly readings: number
  readonly readingsPerSecond: number
  /** Of processor time, all threads. */
  readonly readingsPerCpuSecond: number
  readonly residentMiB: number
}

export async function benchBacktest(usagePoints: number, days: number, runs: number): Promise<BacktestResult> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-backtest-'))
  try {
    const files = openDataDirectory(join(directory, 'data'))
    await fillLoadLedger(files.ledger, usagePoints)
    await fillStore(files.readings, usagePoints, days)
    const configs = ['a', 'b'].map((name) => join(directory, `${name}.yaml`))
    writeFileSync(configs[0], '')
    writeFileSync(configs[1], 'detectors: { raiseAt: 0.5, flatLoad: { leastW: 3500 } }\n')
    const measured: Run[] = []
    for (let run = 0; run < runs; run++) measured.push(await backtest(files.directory, configs))
    const of = (value: (run: Run) => number): number => median(measured.map(value))
    const readings = usagePoints * days * A_DAY
    return {
      readings,
      readingsPerSecond: readings / of(({ seconds }) => seconds),
      readingsPerCpuSecond: readings / of(({ cpuSeconds }) => cpuSeconds),
      residentMiB: of(({ residentMiB }) => residentMiB),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly residentMiB: number
}

async function fillStore(directory: string, usagePoints: number, days: number): Promise<void> {
  const store = await EmbeddedStore.open({
    directory,
    onSetAside: (file, reason) => {
      throw new Error(`${file}: ${reason}`)
    },
  })
  const batch = new ReadingBatchBuilder(usagePoints)
  const begin = Date.UTC(2025, 6, 1) / 1000
  for (let interval = 0; interval < days * A_DAY; interval++) {
    batch.clear()
    for (let point = 0; point < usagePoints; point++) {
      batch.add(point, begin + interval * SECONDS, SECONDS, energyOf(point, interval), Number.NaN, 0, 0, interval)
    }
    await store.append(batch)
    if (interval % A_DAY === A_DAY - 1) await store.flush()
  }
  await store.close()
}

async function backtest(data: string, configs: readonly string[]): Promise<Run> {
  const began = performance.now()
  const words = ['backtest', ...configs.flatMap((file) => ['--config', file]), '--data', data, '--json']
  const child = spawn(process.execPath, [ADIT, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  const { pid = 0 } = child
  let spent = 0
  let resident = 0
  const sampling = setInterval(() => {
    try {
      spent = cpuSeconds(pid)
      resident = Math.max(resident, residentMiB(pid) || 0)
    } catch {
      clearInterval(sampling) // it has ended
    }
  }, SAMPLED_AFTER_MS)
  const [code] = await once(child, 'exit')
  clearInterval(sampling)
  if (code !== 0) throw new Error(`adit backtest ended with ${code}`)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: spent, residentMiB: resident }
}
