import type { Ledger } from '../../model/ledger.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'

export function samplePoint(usagePoint: string, meter: string, more: Partial<UsagePoint> = {}): UsagePoint {
  return {
    usagePoint,
    meter,
    area: null,
    category: 'residential',
    latitude: null,
    longitude: null,
    datum: 'WGS84',
    contractKw: null,
    ctRatio: null,
    ptRatio: null,
    status: 'active',
    statusSince: null,
    role: 'customer',
    name: null,
    county: null,
    ...more,
  }
}

/** Usage points U0, U1, … with the meters given, row numbers in that order. */
export function ledgerOfMeters(...meters: readonly string[]): Ledger {
  return buildLedger(
    meters.map((meter, row) => samplePoint(`U${row}`, meter)),
    [],
    [],
    [],
  )
}
