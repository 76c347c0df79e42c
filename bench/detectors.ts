/** The detectors alone: bytes of state a usage point, memory of the process, and one full interval judged. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { dayClock } from '../detectors/day-clock.ts'
import { DetectorBank } from '../detectors/detector-bank.ts'
import { DetectorsConfig } from '../detectors/detectors-config.ts'
import { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { LedgerBuilder } from '../src/ledger/build-ledger.ts'
import { loadAreas, loadMines, loadUsagePoint } from './load-county.ts'
import { median } from './machine.ts'

export interface DetectorsResult {
  readonly usagePoints: number
  readonly stateBytesPerPoint: number
  readonly residentMiB: number
  /** Seconds for one interval of all points: the usual one, and the one that ends the day of judgement. */
  readonly intervalSeconds: number
  readonly dayEndSeconds: number
  readonly readingsPerSecond: number
}

const SECONDS = 900
const BATCH = 32_768

/** `days` of readings of every point; a tenth of the points works like a small shop, the rest like homes. */
export function benchDetectors(usagePoints: number, days: number): DetectorsResult {
  const areas = loadAreas(usagePoints)
  const builder = new LedgerBuilder({ usagePoints, areas: areas.length })
  for (const area of areas) builder.addArea(area)
  for (const point of generate(usagePoints)) builder.addUsagePoint(point)
  const ledger = builder.build(1, loadMines(usagePoints), [])
  const bank = new DetectorBank(DetectorsConfig.parse({}), dayClock('Asia/Shanghai'), ledger)
  const batch = new ReadingBatchBuilder(BATCH)
  const begin = Date.UTC(2026, 6, 1, 4) / 1000
  const usual: number[] = []
  const dayEnds: number[] = []
  for (let interval = 0; interval < days * 96 + 2; interval++) {
    const start = begin + interval * SECONDS
    const began = performance.now()
    for (let point = 0; point < usagePoints; point++) {
      batch.add(point, start, SECONDS, energyOf(point, interval), Number.NaN, 0, 0, 1)
      if (batch.length === BATCH) flush()
    }
    flush()
    bank.judge()
    const seconds = (performance.now() - began) / 1000
    if (interval % 96 < 2 && interval > 1) dayEnds.push(seconds)
    else usual.push(seconds)
  }
  const stateBytes = [...bank.snapshot().values()].reduce(
    (sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength),
    0,
  )
  collectGarbage()
  return {
    usagePoints,
    stateBytesPerPoint: stateBytes / usagePoints,
    residentMiB: process.memoryUsage.rss() / 2 ** 20,
    intervalSeconds: median(usual),
    dayEndSeconds: Math.max(...dayEnds),
    readingsPerSecond: usagePoints / median(usual),
  }

  function flush(): void {
    if (batch.length === 0) return
    bank.take(batch)
    batch.clear()
  }
}

function* generate(usagePoints: number) {
  for (let i = 0; i < usagePoints; i++) yield loadUsagePoint(i)
}

/** Wh: cheap, different at every point and slot. */
export function energyOf(point: number, interval: number): number {
  // mixed twice (MurmurHash3): of one multiplication the steps repeat themselves, and every meter would seem to replay its days
  let hash = Math.imul((point * 35_040 + interval) ^ 0x9e3779b1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  const noise = ((hash ^ (hash >>> 16)) >>> 16) / 65_536
  const day = interval % 96 > 30 && interval % 96 < 80
  return point % 10 === 0 ? (day ? 900 + 600 * noise : 150) : 40 + 160 * noise
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
