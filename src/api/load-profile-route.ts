import { z } from 'zod'
import { Id } from '../../model/field.ts'
import type { Api } from './api.ts'
import { QueryInstant } from './instant.ts'
import { LedgerFinder } from './ledger-finder.ts'
import { ApiProblem, problems } from './problem.ts'
import type { ServiceParts } from './service-parts.ts'
import { unknownUsagePoint } from './usage-point-routes.ts'

const MAX_DAYS = 400
const DAY_SECONDS = 86_400

const Profile = z.object({
  usagePoint: z.string(),
  start: z.array(z.int()).describe('beginning of each interval, UTC seconds'),
  seconds: z.array(z.int()),
  energyWh: z.array(z.number()),
  reactiveVarh: z.array(z.number().nullable()),
  quality: z.array(z.int()).describe('ESPI code, 0 valid'),
  revisions: z.array(z.int()).describe('different values seen for the interval, 1 when it was never corrected'),
  expected: z
    .object({ lowW: z.array(z.number().nullable()), highW: z.array(z.number().nullable()) })
    .nullable()
    .describe('the band the load was expected in, null while too little is known'),
})

export function loadProfileRoute(app: Api, parts: Pick<ServiceParts, 'ledger' | 'loadProfile' | 'expectedBand'>): void {
  const finder = new LedgerFinder(parts.ledger)
  app.get(
    '/api/v1/usage-points/:id/load-profile',
    {
      schema: {
        summary: 'Interval readings as columns, missing intervals left out',
        description: `For starts in [from, to), at most ${MAX_DAYS} days.`,
        tags: ['readings'],
        params: z.strictObject({ id: Id }),
        querystring: z.strictObject({ from: QueryInstant, to: QueryInstant }),
        response: { 200: Profile, ...problems(400, 404, 503) },
      },
    },
    async ({ params, query }) => {
      const from = Math.ceil(Date.parse(query.from) / 1000)
      const to = Math.ceil(Date.parse(query.to) / 1000)
      if (to <= from) throw new ApiProblem(400, 'range', `to = ${query.to}: must be after from = ${query.from}`)
      if (to - from > MAX_DAYS * DAY_SECONDS) {
        throw new ApiProblem(400, 'range', `from ${query.from} to ${query.to} is more than ${MAX_DAYS} days; ask in parts`)
      }
      const row = finder.usagePoint(params.id)
      if (row < 0) throw unknownUsagePoint(params.id)

      const profile = await parts.loadProfile(row, from, to)
      const band = parts.expectedBand?.(row, profile.start)
      return {
        usagePoint: params.id,
        start: Array.from(profile.start),
        seconds: Array.from(profile.seconds),
        energyWh: Array.from(profile.energyWh),
        reactiveVarh: withNulls(profile.reactiveVarh),
        quality: Array.from(profile.quality),
        revisions: Array.from(profile.revisions),
        expected: band ? { lowW: withNulls(band.lowW), highW: withNulls(band.highW) } : null,
      }
    },
  )
}

function withNulls(values: Float32Array | Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null))
}
