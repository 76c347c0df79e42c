import { z } from 'zod'
import { Id } from '../../model/field.ts'
import type { Api } from './api.ts'
import { QueryInstant } from './instant.ts'
import { READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import type { LoadCurve } from './service-parts.ts'
import { unknownArea, unknownUsagePoint } from './unknown-subject.ts'

const MAX_DAYS = 400
const DAY_SECONDS = 86_400

const Range = z.strictObject({ from: QueryInstant, to: QueryInstant })
const ResidualRange = Range.extend({
  before: QueryInstant.optional().describe('onset of what is looked at: `expected` and the loss are told by the days before it'),
})
const Columns = z.object({
  start: z.array(z.int()).describe('beginning of each interval, UTC seconds'),
  seconds: z.array(z.int()),
  energyWh: z.array(z.number()),
  reactiveVarh: z.array(z.number().nullable()),
  quality: z.array(z.int()).describe('ESPI code, 0 valid'),
  revisions: z.array(z.int()).describe('different values seen for the interval, 1 when it was never corrected'),
  expected: z
    .object({ lowW: z.array(z.number().nullable()), highW: z.array(z.number().nullable()) })
    .nullable()
    .describe('W that the detectors expected for each start, null where they cannot say'),
})
const description = `Columns for starts in [from, to), at most ${MAX_DAYS} days; missing intervals are left out.`

export function loadProfileRoutes(app: Api): void {
  app.get(
    '/api/v1/usage-points/:id/load-profile',
    {
      config: { policy: READERS },
      schema: {
        summary: 'Interval readings of a usage point',
        description,
        tags: ['readings'],
        params: z.strictObject({ id: Id }),
        querystring: Range,
        response: { 200: Columns.extend({ usagePoint: z.string() }), ...problems(400, 404, 503) },
      },
    },
    async ({ params: { id }, query, visible }) => {
      const { from, to } = rangeOf(query)
      const found = await visible.places.usagePoint(id)
      if (!found) throw unknownUsagePoint(id)
      return { usagePoint: id, ...columnsOf(await visible.curves.ofUsagePoint(found.row, from, to)) }
    },
  )

  app.get(
    '/api/v1/areas/:id/residual',
    {
      config: { policy: READERS },
      schema: {
        summary: "What an area's transformer supplies and no meter counts, less line losses",
        description: `${description} A quarter-hour is left out when a meter of the area is missing in it. With \`before\`, \`expected\` is the usual remainder and its error: two spreads, and upwards what the models of the loss differ by.`,
        tags: ['readings'],
        params: z.strictObject({ id: Id }),
        querystring: ResidualRange,
        response: { 200: Columns.extend({ area: z.string() }), ...problems(400, 404, 409, 503) },
      },
    },
    async ({ params: { id }, query, visible }) => {
      const { from, to } = rangeOf(query)
      const found = visible.places.area(id)
      if (!found) throw unknownArea(id)
      const before = query.before === undefined ? null : Math.ceil(Date.parse(query.before) / 1000)
      return { area: id, ...columnsOf(await visible.curves.ofResidual(found.row, from, to, before)) }
    },
  )
}

function rangeOf(query: z.output<typeof Range>): { from: number; to: number } {
  const from = Math.ceil(Date.parse(query.from) / 1000)
  const to = Math.ceil(Date.parse(query.to) / 1000)
  if (to <= from) throw new ApiProblem(400, 'range', `to = ${query.to}: must be after from = ${query.from}`)
  if (to - from > MAX_DAYS * DAY_SECONDS) {
    throw new ApiProblem(400, 'range', `from ${query.from} to ${query.to} is more than ${MAX_DAYS} days; ask in parts`)
  }
  return { from, to }
}

function columnsOf({ profile, expected }: LoadCurve): z.output<typeof Columns> {
  return {
    start: Array.from(profile.start),
    seconds: Array.from(profile.seconds),
    energyWh: Array.from(profile.energyWh),
    reactiveVarh: withNulls(profile.reactiveVarh),
    quality: Array.from(profile.quality),
    revisions: Array.from(profile.revisions),
    expected: expected && { lowW: withNulls(expected.lowW), highW: withNulls(expected.highW) },
  }
}

function withNulls(values: Float32Array | Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null))
}
