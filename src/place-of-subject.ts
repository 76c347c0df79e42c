import type { Alert } from '../model/alert.ts'
import type { Place } from '../model/alert-query.ts'
import { type Ledger, NO_AREA } from '../model/ledger.ts'

/** The area and county in which the subject of an alert lies, by this ledger. */
export function placeOfSubject({ usagePoints, areas }: Ledger, { kind, id }: Alert['subject']): Place {
  const row = kind === 'area' ? areas.id.indexOf(id) : areaRow(usagePoints.area, usagePoints.id.indexOf(id))
  if (row < 0) return { area: kind === 'area' ? id : null, county: null }
  return { area: areas.id[row], county: areas.county[row] }
}

function areaRow(area: Uint32Array, usagePoint: number): number {
  if (usagePoint < 0 || area[usagePoint] === NO_AREA) return -1
  return area[usagePoint]
}
