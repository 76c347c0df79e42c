/**
 * The same spliced work begun on other days than the 60th, through adit detect: node bench/real-onsets.ts prints how many
 * days each takes. A rule that only fits day 60 shows here.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Alert } from '../model/alert.ts'
import { table } from './quality/report.ts'
import { writeRealLedgers } from './real/real-ledgers.ts'
import { type RealLoad, readRealLoads } from './real/real-loads.ts'
import { judgeReal } from './real/real-verdict.ts'
import { requireSharedData } from './real/shared-data.ts'

const ONSETS = [40, 50, 60, 75, 90, 110, 130, 150]

if (requireSharedData()) main()

function main(): void {
  const directory = mkdtempSync(join(tmpdir(), 'adit-onsets-'))
  const rows: string[][] = []
  try {
    for (const day of ONSETS) {
      const loads = readRealLoads(day)
      const verdicts = judgeReal(loads, detect(directory, loads))
      for (const variant of ['pump', 'mill'] as const) {
        const delays = verdicts.filter(({ load }) => load.variant === variant).map(({ delay }) => delay)
        const within = variant === 'pump' ? 5 : 10
        rows.push([
          String(day),
          variant,
          ...delays.map((delay) => (delay === undefined ? 'never' : delay.toFixed(1))),
          `${delays.filter((delay) => delay !== undefined && delay <= within).length} of ${delays.length}`,
        ])
      }
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
  const gyms = readRealLoads().flatMap(({ name, variant }) => (variant === 'pump' ? [name] : []))
  console.log(table([['from day', 'work', ...gyms, 'pump ≤ 5 d, mill ≤ 10 d'], ...rows]).join('\n'))
}

function detect(directory: string, loads: readonly RealLoad[]): Alert[] {
  const [mines = '', areas = '', points = ''] = writeRealLedgers(directory, loads)
  const readings = join(directory, 'readings.csv')
  const config = join(directory, 'adit.yaml')
  const out = join(directory, 'alerts.jsonl')
  const rows = loads.flatMap(({ meter, start, energyWh }) =>
    Array.from(energyWh, (wh, i) =>
      Number.isNaN(wh) ? '' : `${meter},${new Date((start + i * 900) * 1000).toISOString()},900,${wh}`,
    ),
  )
  writeFileSync(readings, `meter,start,seconds,energy_wh\n${rows.filter(Boolean).join('\n')}\n`)
  writeFileSync(config, 'timeZone: America/Los_Angeles\n')
  const ledgers = ['--mines', mines, '--areas', areas, '--usage-points', points]
  const adit = join(import.meta.dirname, '../src/cli/adit.ts')
  execFileSync(process.execPath, [adit, 'detect', '--config', config, ...ledgers, '--readings', readings, '--out', out])
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): Alert => JSON.parse(line))
}
