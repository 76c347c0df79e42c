import type { Alert } from '../model/alert.ts'
import type { Place } from '../model/alert-query.ts'
import type { Area } from '../model/area.ts'
import type { UsagePoint } from '../model/usage-point.ts'

/** Ledgers looked up by id. */
export interface LedgerRecords {
  usagePoint(id: string): Pick<UsagePoint, 'area' | 'county'> | null
  area(id: string): Pick<Area, 'county'> | null
}

/** The area and county in which the subject of an alert lies. */
export function placeOfSubject(ledgers: LedgerRecords, { kind, id }: Alert['subject']): Place {
  if (kind === 'area') return { area: id, county: ledgers.area(id)?.county ?? null }
  const usagePoint = ledgers.usagePoint(id)
  const area = usagePoint?.area ?? null
  const county = area === null ? null : (ledgers.area(area)?.county ?? null)
  return { area, county: county ?? usagePoint?.county ?? null }
}
