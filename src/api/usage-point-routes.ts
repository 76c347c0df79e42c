import { z } from 'zod'
import { Id } from '../../model/field.ts'
import { NO_AREA } from '../../model/ledger.ts'
import { maskName } from '../../model/mask-name.ts'
import { CATEGORIES, ROLES, STATUSES, type UsagePoint } from '../../model/usage-point.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { READERS } from './policy.ts'
import { problems } from './problem.ts'
import { known, unknownUsagePoint } from './unknown-subject.ts'

const UsagePointView = z.object({
  usagePoint: z.string(),
  name: z.string().nullable().describe('masked, such as 张**, unless ?unmask= says why it is needed'),
  meter: z.string().nullable(),
  area: z.string().nullable(),
  county: z.string().nullable(),
  category: z.enum(CATEGORIES),
  status: z.enum(STATUSES),
  statusSince: Instant.nullable(),
  role: z.enum(ROLES),
  latitude: z.number().nullable().describe('WGS84'),
  longitude: z.number().nullable(),
  uncertaintyMeters: z.number(),
  contractKw: z.number().nullable(),
  lawfulUses: z.array(
    z.object({ use: z.string(), from: Instant, to: Instant, permit: z.string().nullable(), maxKw: z.number().nullable() }),
  ),
})

/** Stands in the audit log. */
const Reason = z.string().trim().min(5).max(200).describe('why personal fields are needed; recorded with who asked')

export function usagePointRoutes(app: Api): void {
  app.get(
    '/api/v1/usage-points/:id',
    {
      config: {
        policy: READERS,
        audit: {
          action: 'personal.unmask',
          fields: ['id', 'unmask'],
          only: { withField: 'unmask', roles: ['bureau', 'inspector', 'admin'] },
        },
      },
      schema: {
        summary: 'One usage point as the ledgers know it',
        tags: ['ledgers'],
        params: z.strictObject({ id: Id }),
        querystring: z.strictObject({ unmask: Reason.optional() }),
        response: { 200: UsagePointView, ...problems(400, 401, 403, 404, 503) },
      },
    },
    async ({ params, query, visible }) => {
      const found = await visible.places.usagePoint(params.id)
      if (!found) throw unknownUsagePoint(params.id)
      const { row } = found
      const record = await found.record()
      const { usagePoints, areas, lawfulUses } = found.ledger
      const area = usagePoints.area[row]
      const since = usagePoints.statusSince[row]
      return {
        usagePoint: params.id,
        name: nameShown(record, query.unmask !== undefined),
        meter: record?.meter ?? null,
        area: area === NO_AREA ? null : areas.id[area],
        county: area === NO_AREA ? (record?.county ?? null) : areas.county[area],
        category: CATEGORIES[usagePoints.category[row]],
        status: STATUSES[usagePoints.status[row]],
        statusSince: since === 0 ? null : instantOf(since * 1000),
        role: ROLES[usagePoints.role[row]],
        latitude: known(usagePoints.latitude[row]),
        longitude: known(usagePoints.longitude[row]),
        uncertaintyMeters: usagePoints.uncertaintyMeters[row],
        contractKw: known(usagePoints.contractKw[row]),
        lawfulUses: (lawfulUses.get(row) ?? []).map(({ use, from, to, permit, maxKw }) => ({
          use,
          from: instantOf(from * 1000),
          to: instantOf(to * 1000),
          permit,
          maxKw,
        })),
      }
    },
  )
}

/** A transformer's own meter is nobody's. */
function nameShown(record: UsagePoint | null, unmasked: boolean): string | null {
  if (!record?.name) return null
  return unmasked || record.role === 'area-total' ? record.name : maskName(record.name)
}
