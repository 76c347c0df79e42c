import type { Alert } from '../model/alert.ts'
import type { Place } from '../model/alert-query.ts'
import type { Area } from '../model/area.ts'
import type { UsagePoint } from '../model/usage-point.ts'

/** Ledgers looked up by id: those there are. */
export interface LedgerRecords {
  usagePoints(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<UsagePoint, 'area' | 'county'>>>
  areas(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<Area, 'county'>>>
}

/** The area and county in which each subject of an alert lies, in their order; looked up together. */
export async function placesOfSubjects(ledgers: LedgerRecords, subjects: readonly Alert['subject'][]): Promise<Place[]> {
  const idsOf = (wanted: Alert['subject']['kind']) => [
    ...new Set(subjects.filter(({ kind }) => kind === wanted).map(({ id }) => id)),
  ]
  const points = await ledgers.usagePoints(idsOf('usage-point'))
  const areas = await ledgers.areas([...new Set([...idsOf('area'), ...[...points.values()].flatMap(({ area }) => area ?? [])])])
  return subjects.map(({ kind, id }) => {
    if (kind === 'area') return { area: id, county: areas.get(id)?.county ?? null }
    const point = points.get(id)
    const area = point?.area ?? null
    const county = area === null ? null : (areas.get(area)?.county ?? null)
    return { area, county: county ?? point?.county ?? null }
  })
}
