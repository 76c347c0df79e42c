import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerStore } from '../../src/ledger/ledger-store.ts'

/** Puts one area beside one mine, with as many meters (`m0`, `m1` …) as asked, into a data directory. */
export async function seedLedger(data: string, meters: number): Promise<void> {
  mkdirSync(data, { recursive: true })
  const ledgers = await LedgerStore.open({ database: { kind: 'embedded' }, file: join(data, 'ledger.db') })
  await ledgers.putAreas([
    {
      area: 'A1',
      feeder: 'F1',
      county: 'Luxi',
      latitude: 24.43,
      longitude: 98.58,
      datum: 'WGS84',
      capacityKva: 100,
      radiusMeters: 500,
      name: '老厂台区',
    },
  ])
  await ledgers.putUsagePoints(
    Array.from({ length: meters }, (_, index) => ({
      usagePoint: `P${index}`,
      meter: `m${index}`,
      area: 'A1',
      category: 'residential' as const,
      latitude: 24.4301,
      longitude: 98.58,
      datum: 'WGS84' as const,
      contractKw: null,
      ctRatio: null,
      ptRatio: null,
      status: 'active' as const,
      statusSince: null,
      role: 'customer' as const,
      name: null,
      county: null,
    })),
  )
  await ledgers.putMines([
    {
      mine: 'M1',
      name: '老厂洞',
      kind: 'policy-closed',
      county: 'Luxi',
      latitude: 24.431,
      longitude: 98.58,
      datum: 'WGS84',
      uncertaintyMeters: 0,
      openings: 2,
      sealing: 'partly-sealed',
      town: null,
      responsible: null,
      supervisor: null,
      closedOn: null,
    },
  ])
  await ledgers.close()
}
