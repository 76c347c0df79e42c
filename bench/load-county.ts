/** A county for load: as many usage points as wanted, a hundred to an area, every area within reach of a mine, meters as the load generator names them. */
import type { Area } from '../model/area.ts'
import type { Mine } from '../model/mine.ts'
import type { UsagePoint } from '../model/usage-point.ts'
import { LedgerStore } from '../src/ledger/ledger-store.ts'

const PER_AREA = 100
const AREAS_PER_MINE = 50
const CHUNK = 50_000

export function meterOf(i: number): string {
  return `0102${String(i).padStart(8, '0')}`
}

export function loadAreas(usagePoints: number): Area[] {
  return Array.from({ length: Math.ceil(usagePoints / PER_AREA) }, (_, i) => {
    const mine = placeOfMine(Math.floor(i / AREAS_PER_MINE))
    const angle = (i % AREAS_PER_MINE) * 0.7
    return {
      area: `T${i}`,
      feeder: `F${Math.floor(i / 20)}`,
      county: 'Load',
      latitude: mine.latitude + 0.012 * Math.cos(angle),
      longitude: mine.longitude + 0.012 * Math.sin(angle),
      datum: 'WGS84',
      capacityKva: 200,
      radiusMeters: 400,
      name: null,
    }
  })
}

export function loadMines(usagePoints: number): Mine[] {
  return Array.from({ length: Math.ceil(usagePoints / PER_AREA / AREAS_PER_MINE) }, (_, i) => ({
    ...{
      mine: `M${i}`,
      name: `Mine ${i}`,
      kind: 'policy-closed',
      county: 'Load',
      ...placeOfMine(i),
      datum: 'WGS84',
      uncertaintyMeters: 50,
    },
    ...{ openings: 1, sealing: 'sealed', town: null, responsible: null, supervisor: null, closedOn: null },
  }))
}

export function loadUsagePoint(i: number): UsagePoint {
  return {
    ...{ usagePoint: `U${i}`, meter: meterOf(i), area: `T${Math.floor(i / PER_AREA)}`, category: 'residential' },
    ...{ latitude: null, longitude: null, datum: 'WGS84', contractKw: 8, ctRatio: null, ptRatio: null },
    ...{ status: 'active', statusSince: null, role: 'customer', name: null, county: null },
  }
}

function placeOfMine(i: number): { latitude: number; longitude: number } {
  return { latitude: 22 + 0.08 * (i % 60), longitude: 98 + 0.08 * Math.floor(i / 60) }
}

/** Fills `ledger.db` `file`. */
export async function fillLoadLedger(file: string, usagePoints: number): Promise<void> {
  const store = await LedgerStore.open({ database: { kind: 'embedded' }, file })
  await store.putAreas(loadAreas(usagePoints))
  await store.putMines(loadMines(usagePoints))
  for (let from = 0; from < usagePoints; from += CHUNK) {
    await store.putUsagePoints(Array.from({ length: Math.min(CHUNK, usagePoints - from) }, (_, i) => loadUsagePoint(from + i)))
  }
  await store.close()
}
