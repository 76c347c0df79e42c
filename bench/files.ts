/** `adit import` of long CSV, and `adit detect` from gzipped CSV, each as a process of its own over the same world. */
import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { makeWorld } from '../fixtures/simulator/world.ts'
import { writeWorld } from '../fixtures/simulator/world-files.ts'
import { median } from './machine.ts'
import { detect } from './quality/detect.ts'

const run = promisify(execFile)
const ADIT = join(import.meta.dirname, '../src/cli/adit.ts')

export interface FilesResult {
  readonly rows: number
  readonly importRowsPerSecond: number
  readonly detectReadingsPerSecond: number
}

export async function benchFiles(areas: number, days: number, runs: number): Promise<FilesResult> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-files-'))
  try {
    const world = makeWorld({ seed: 'files', areas, usersPerArea: 75, days, startDate: '2026-06-01', seconds: 900, sites: 4 })
    const rows = await writeWorld(world, directory, true)
    const csv = join(directory, 'readings.csv')
    await pipeline(createReadStream(join(directory, 'readings.csv.gz')), createGunzip(), createWriteStream(csv))
    const imports: number[] = []
    const detects: number[] = []
    for (let i = 0; i < runs; i++) {
      imports.push(rows / (await importSeconds(directory, csv, join(directory, `data-${i}`))))
      detects.push(rows / (await detect(directory, join(directory, 'alerts.ndjson'))))
    }
    return { rows, importRowsPerSecond: median(imports), detectReadingsPerSecond: median(detects) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function importSeconds(directory: string, csv: string, data: string): Promise<number> {
  const ledgers = ['areas.csv', 'mines.csv', 'usage-points.csv'].map((name) => join(directory, name))
  await run(process.execPath, [ADIT, 'import', ...ledgers, '--data', data])
  const began = performance.now()
  await run(process.execPath, [ADIT, 'import', csv, '--data', data])
  const seconds = (performance.now() - began) / 1000
  if (!existsSync(join(data, 'imports'))) throw new Error(`adit import left nothing in ${data}`)
  rmSync(data, { recursive: true, force: true })
  return seconds
}
