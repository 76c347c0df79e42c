import type { Alert } from '../../model/alert.ts'
import type { TopologyDoubt } from '../../model/topology-doubt.ts'
import { useArea, useUsagePoint } from '../api/queries.ts'

/** Where the subject of an alert lies, as far as the ledgers know. */
export interface SubjectPlace {
  readonly area: string | undefined
  readonly areaName: string | undefined
  readonly county: string | undefined
  readonly category: string | undefined
  readonly contractKw: number | undefined
  readonly latitude: number | undefined
  readonly longitude: number | undefined
  readonly uncertaintyMeters: number
  readonly areaPosition:
    | { readonly latitude: number; readonly longitude: number; readonly radiusMeters: number | undefined }
    | undefined
  readonly lawfulUses: number | undefined
  /** Of all meters of an area, or of the usage point itself. */
  readonly topologyDoubts: readonly TopologyDoubt[]
}

/** Asks the ledgers once per subject and keeps the answer; `wanted` is false while the list scrolls. */
export function useSubjectPlace(subject: Alert['subject'], wanted = true): SubjectPlace {
  const { data: point } = useUsagePoint(wanted && subject.kind === 'usage-point' ? subject.id : undefined)
  const areaId = subject.kind === 'area' ? subject.id : (point?.area ?? undefined)
  const { data: area } = useArea(wanted ? areaId : undefined)
  const known = area && area.latitude !== null && area.longitude !== null
  const areaPosition = known
    ? { latitude: area.latitude ?? 0, longitude: area.longitude ?? 0, radiusMeters: area.radiusMeters ?? undefined }
    : undefined
  return {
    area: areaId,
    areaName: area?.name ?? undefined,
    county: point?.county ?? area?.county ?? undefined,
    category: point?.category,
    contractKw: point?.contractKw ?? undefined,
    latitude: point?.latitude ?? areaPosition?.latitude,
    longitude: point?.longitude ?? areaPosition?.longitude,
    uncertaintyMeters: point?.uncertaintyMeters ?? 0,
    areaPosition,
    lawfulUses: point?.lawfulUses.length,
    topologyDoubts: (area?.topologyDoubts ?? []).filter(({ usagePoint }) => subject.kind === 'area' || usagePoint === subject.id),
  }
}
