import { dayClock } from '../../detectors/day-clock.ts'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import type { Alert } from '../../model/alert.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import { type ReadingBatch, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'

/** A hamlet: one transformer area beside an unsealed mine, its total meter last. */
export const CLOCK = dayClock('Asia/Shanghai')
export const FIRST_NOON = Date.parse('2026-03-02T04:00:00Z') / 1000

export const MINE: Mine = {
  mine: 'M1',
  name: '河西金矿',
  kind: 'policy-closed',
  county: '示范县',
  latitude: 24.5,
  longitude: 98.5,
  datum: 'WGS84',
  uncertaintyMeters: 50,
  openings: 2,
  sealing: 'unsealed',
  town: null,
  responsible: null,
  supervisor: null,
  closedOn: null,
}

/** What the ledgers of these tests say of every customer. */
export const CUSTOMER: Omit<UsagePoint, 'usagePoint' | 'meter' | 'area' | 'latitude' | 'longitude'> = {
  ...{ category: 'residential', datum: 'WGS84', status: 'active', statusSince: null, role: 'customer' },
  ...{ contractKw: null, ctRatio: null, ptRatio: null, name: null, county: '示范县' },
}

/** Thirty kilometres: out of every reach. */
export const FAR_DEGREES = 0.3

/**
 * `homes` customers, the last of them suspended when `suspended`, and the area's own meter at row `homes`; then `far` customers
 * of an area thirty kilometres away, out of every reach. `works`: the first is an industrial account.
 */
export function hamlet(homes: number, suspended = false, mines: readonly Mine[] = [MINE], far = 0, works = false): Ledger {
  const point = (row: number): UsagePoint => ({
    ...CUSTOMER,
    category: works && row === 0 ? 'industrial' : CUSTOMER.category,
    usagePoint: `U${row}`,
    meter: `0102${row}`,
    area: row > homes ? 'T2' : 'T1',
    latitude: 24.505 + row / 10_000 + (row > homes ? FAR_DEGREES : 0),
    longitude: 98.505,
    status: suspended && row === homes - 1 ? 'suspended' : 'active',
    role: row === homes ? 'area-total' : 'customer',
  })
  const area = {
    area: 'T1',
    feeder: 'F1',
    county: '示范县',
    latitude: 24.505,
    longitude: 98.505,
    datum: 'WGS84' as const,
    capacityKva: 200,
    radiusMeters: 400,
    name: null,
  }
  return buildLedger(
    Array.from({ length: homes + 1 + far }, (_, row) => point(row)),
    far === 0 ? [area] : [area, { ...area, area: 'T2', latitude: area.latitude + FAR_DEGREES }],
    mines,
    [],
  )
}

export function bankOf(ledger: Ledger, config = DetectorsConfig.parse({})): DetectorBank {
  return new DetectorBank(config, CLOCK, ledger)
}

export interface Reading {
  readonly row: number
  readonly start: number
  readonly energyWh: number
  readonly quality: number
  /** A quarter-hour when not said. */
  readonly seconds?: number
  /** Not measured when not said. */
  readonly reactiveVarh?: number
}

export function batchOf(readings: readonly Reading[]): ReadingBatch {
  const batch = new ReadingBatchBuilder(Math.max(1, readings.length))
  for (const { row, start, energyWh, quality, seconds = 900, reactiveVarh = Number.NaN } of readings) {
    batch.add(row, start, seconds, energyWh, reactiveVarh, quality, 0, 1)
  }
  return batch
}

/** What stands after all batches, in a fixed order. */
export function verdictsOf(bank: DetectorBank, batches: Iterable<readonly Reading[]>): Alert[] {
  for (const readings of batches) {
    bank.take(batchOf(readings))
    bank.judge()
  }
  return bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1))
}
