import { z } from 'zod'
import { type TopologyDoubt, TopologyDoubtPage, TopologyDoubtQuery } from '../../model/topology-doubt.ts'
import type { Api } from './api.ts'
import { READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import { EXPORTS_PER_MINUTE, type ExportColumns, sendCsv } from './send-csv.ts'

export function topologyRoutes(app: Api): void {
  app.get(
    '/api/v1/topology-doubts',
    {
      config: { policy: READERS },
      schema: {
        summary: 'Meters booked on the wrong transformer area, and those that count manifold, newest first',
        description:
          'Told by how the remainder of the area that has the meter on its books moves against the meter. Check on site and ' +
          'correct the ledger: with the import a wrong area is gone and judging goes on without a jump; a wrong multiplier is ' +
          'gone after a day or two of right readings.',
        tags: ['ledgers'],
        querystring: TopologyDoubtQuery,
        response: { 200: TopologyDoubtPage, ...problems(400, 503) },
      },
    },
    async ({ query, visible }) => {
      try {
        return await visible.topologyDoubts(query)
      } catch (error) {
        if (error instanceof RangeError) throw new ApiProblem(400, 'cursor', `cursor: ${error.message}`)
        throw error
      }
    },
  )

  app.get(
    '/api/v1/topology-doubts.csv',
    {
      config: { policy: READERS, rateLimit: { max: EXPORTS_PER_MINUTE } },
      schema: {
        summary: 'All topology doubts as CSV, by booked area, a meter a row',
        description: `Columns: ${Object.keys(COLUMNS).join(', ')}. Powers in W; an empty cell is unknown.`,
        tags: ['ledgers'],
        response: {
          200: { description: 'The doubts, UTF-8 with BOM', content: { 'text/csv': { schema: z.string() } } },
          ...problems(),
        },
      },
    },
    async ({ visible }, reply) => sendCsv(reply, 'topology-doubts.csv', COLUMNS, visible.allDoubts()),
  )
}

const COLUMNS: ExportColumns<TopologyDoubt> = {
  usage_point: ({ usagePoint }) => usagePoint,
  meter: ({ meter }) => meter,
  booked_area: ({ bookedArea }) => bookedArea,
  probable_area: ({ probableArea }) => probableArea,
  kind: ({ kind }) => kind,
  multiplier: ({ multiplier }) => multiplier,
  since: ({ since }) => since,
  slope: ({ slope }) => slope,
  slope_error: ({ slopeError }) => slopeError,
  mean_w: ({ meanW }) => meanW,
  check_zh: ({ sentence }) => sentence.zh,
  check_en: ({ sentence }) => sentence.en,
}
