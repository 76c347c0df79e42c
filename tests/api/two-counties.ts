/**
 * Two counties of one prefecture, 411282 and 411221, side by side: a meter that the first has on its books is fed by the second,
 * and each has a mine in reach of both. Whatever lies in the second has ELSEWHERE in its name.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import type { Ledger } from '../../model/ledger.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import type { ServiceParts } from '../../src/api/service-parts.ts'
import { MineObservability } from '../../src/mine-observability.ts'
import { placesOfSubjects } from '../../src/place-of-subject.ts'
import { RankedAlerts } from '../../src/ranked-alerts.ts'
import { TopologyDoubts } from '../../src/topology-doubts.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { bankOf, batchOf, CUSTOMER, MINE } from '../detectors/county.ts'
import { misbookedLedger, misbookedQuarters } from '../detectors/misbooked.ts'
import { type Sample, sampleParts } from './sample-parts.ts'

export const OWN = '411282'
export const FOREIGN = '411221'
/** Nothing of the second county, in no answer. */
export const ELSEWHERE = /ELSEWHERE|411221/

export interface TwoCounties extends Sample {
  readonly alerts: AlertStore
}

/** Sixteen days of both, judged: half a second, and the same for every test. */
export function judgedCounties() {
  const ledger = ledgerOfBoth()
  const bank = bankOf(ledger)
  let newestStart = 0
  for (const readings of misbookedQuarters(16)) {
    bank.take(batchOf(readings))
    bank.judge()
    newestStart = readings[0].start
  }
  return { ledger, bank, newestStart }
}

export async function twoCounties({ ledger, bank, newestStart } = judgedCounties()): Promise<TwoCounties> {
  const sample = await sampleParts()
  const directory = mkdtempSync(join(tmpdir(), 'adit-counties-'))
  const { usagePoints, areas } = ledger
  const records: ServiceParts['records'] = {
    usagePoints: recordsOf((id) => {
      const row = usagePoints.id.indexOf(id)
      const place = { latitude: usagePoints.latitude[row], longitude: usagePoints.longitude[row] }
      return row < 0
        ? null
        : { ...CUSTOMER, usagePoint: id, meter: `0102${row}`, area: areas.id[usagePoints.area[row]], ...place }
    }),
    areas: recordsOf((id) => {
      const row = areas.id.indexOf(id)
      const place = { latitude: areas.latitude[row], longitude: areas.longitude[row], datum: 'WGS84' as const }
      const { county, feeder } = areas
      return row < 0
        ? null
        : { area: id, county: county[row], feeder: feeder[row], ...place, capacityKva: 200, radiusMeters: 200, name: null }
    }),
  }
  const alerts = await AlertStore.open({
    database: { kind: 'embedded' },
    file: join(directory, 'alerts.db'),
    journal: () => 'ours',
    placesOf: (subjects) => placesOfSubjects(records, subjects),
  })
  const ranked = new RankedAlerts(alerts, DetectorsConfig.parse({}), 8 * 3600)
  const parts: ServiceParts = {
    ...sample.parts,
    alerts: ranked,
    ledger: () => ledger,
    records,
    observability: new MineObservability({ bank, newestStart }, () => ledger),
    topologyDoubts: new TopologyDoubts({ bank }, () => ledger, records),
    workList: (at, counties) => ranked.workList(at ?? Date.UTC(2026, 10, 1), counties),
    meters: (counties) => (counties === null ? { known: 18, reporting: 18 } : { known: 12, reporting: 12 }),
  }
  const close = async () => {
    await alerts.close()
    rmSync(directory, { recursive: true })
    await sample.close()
  }
  return { ...sample, parts, alerts, ranked, close }
}

function recordsOf<T>(recordOf: (id: string) => T | null): (ids: readonly string[]) => Promise<ReadonlyMap<string, T>> {
  return async (ids) => {
    const found = new Map<string, T>()
    for (const id of ids) {
      const record = recordOf(id)
      if (record !== null) found.set(id, record)
    }
    return found
  }
}

/** Two in the first county with one of the second between them; each names both mines. */
export async function raiseInBoth(alerts: AlertStore): Promise<void> {
  const mines = ['OWN-M', 'ELSEWHERE-M'].map((mine) => ({ mine, distanceMeters: 700, withinReach: true }))
  await alerts.raise(
    [
      sampleAlert('own-1', 1, { subject: { kind: 'usage-point', id: 'OWN-U0' }, mines }),
      sampleAlert('ELSEWHERE-1', 2, { subject: { kind: 'area', id: 'ELSEWHERE-Z2' }, mines, probability: 0.9 }),
      sampleAlert('own-2', 3, { subject: { kind: 'area', id: 'OWN-Z1' }, mines }),
    ],
    1,
  )
}

function ledgerOfBoth(): Ledger {
  const ledger = misbookedLedger()
  const { usagePoints, areas } = ledger
  const isSecond = (area: number) => area === 1
  const named = (area: number, id: string) => `${isSecond(area) ? 'ELSEWHERE' : 'OWN'}-${id}`
  const nearby = { ...MINE, latitude: 24.507 }
  return {
    ...ledger,
    usagePoints: { ...usagePoints, id: usagePoints.id.map((id, row) => named(usagePoints.area[row], id)) },
    areas: {
      ...areas,
      id: areas.id.map((id, area) => named(area, id)),
      county: areas.id.map((_, area) => (isSecond(area) ? FOREIGN : OWN)),
    },
    mines: [
      { ...nearby, mine: 'OWN-M', county: OWN },
      { ...nearby, mine: 'ELSEWHERE-M', county: FOREIGN },
    ],
  }
}
