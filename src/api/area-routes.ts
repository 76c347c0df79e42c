import { z } from 'zod'
import { AlertQuery } from '../../model/alert-query.ts'
import { Id } from '../../model/field.ts'
import { TopologyDoubt } from '../../model/topology-doubt.ts'
import { CATEGORIES, ROLES, STATUSES } from '../../model/usage-point.ts'
import type { Api } from './api.ts'
import { READERS } from './policy.ts'
import { problems } from './problem.ts'
import { known, unknownArea } from './unknown-subject.ts'

/** Usage points that are listed one by one; the totals count all. */
const LISTED = 2000

const AreaView = z.object({
  area: z.string(),
  name: z.string().nullable(),
  feeder: z.string(),
  county: z.string(),
  latitude: z.number().nullable().describe('WGS84'),
  longitude: z.number().nullable(),
  capacityKva: z.number().nullable(),
  radiusMeters: z.number().nullable(),
  totals: z.object({
    usagePoints: z.int(),
    active: z.int(),
    areaTotals: z.int().describe("the transformer's own meters"),
    contractKw: z.number(),
    openAlerts: z.int(),
  }),
  usagePoints: z.array(
    z.object({
      usagePoint: z.string(),
      category: z.enum(CATEGORIES),
      status: z.enum(STATUSES),
      role: z.enum(ROLES),
      latitude: z.number().nullable(),
      longitude: z.number().nullable(),
    }),
  ),
  topologyDoubts: z.array(TopologyDoubt).describe('meters booked on this area or probably fed by it'),
})

export function areaRoutes(app: Api): void {
  app.get(
    '/api/v1/areas/:id',
    {
      config: { policy: READERS },
      schema: {
        summary: 'One transformer area and its usage points',
        description: `The first ${LISTED} usage points are listed.`,
        tags: ['ledgers'],
        params: z.strictObject({ id: Id }),
        response: { 200: AreaView, ...problems(400, 404, 503) },
      },
    },
    async ({ params, visible }) => {
      const found = visible.places.area(params.id)
      if (!found) throw unknownArea(params.id)
      const { row: area } = found
      const record = await found.record()
      const { areas, usagePoints } = found.ledger
      const rows: number[] = []
      const totals = { usagePoints: 0, active: 0, areaTotals: 0, contractKw: 0, openAlerts: 0 }
      for (let row = 0; row < usagePoints.length; row++) {
        if (usagePoints.area[row] !== area) continue
        if (rows.length < LISTED) rows.push(row)
        totals.usagePoints++
        if (STATUSES[usagePoints.status[row]] === 'active') totals.active++
        if (ROLES[usagePoints.role[row]] === 'area-total') totals.areaTotals++
        totals.contractKw += known(usagePoints.contractKw[row]) ?? 0
      }
      const { items } = await visible.alerts.list(AlertQuery.parse({ area: params.id, limit: 500 }))
      totals.openAlerts = items.length
      return {
        area: params.id,
        name: record?.name ?? null,
        feeder: areas.feeder[area],
        county: areas.county[area],
        latitude: known(areas.latitude[area]),
        longitude: known(areas.longitude[area]),
        capacityKva: known(areas.capacityKva[area]),
        radiusMeters: known(areas.radiusMeters[area]),
        totals,
        usagePoints: rows.map((row) => ({
          usagePoint: usagePoints.id[row],
          category: CATEGORIES[usagePoints.category[row]],
          status: STATUSES[usagePoints.status[row]],
          role: ROLES[usagePoints.role[row]],
          latitude: known(usagePoints.latitude[row]),
          longitude: known(usagePoints.longitude[row]),
        })),
        topologyDoubts: [...(await visible.doubtsOfArea(area))],
      }
    },
  )
}
