import { z } from 'zod'
import { Id } from '../../model/field.ts'
import { Observability } from '../../model/observability.ts'
import type { Api } from './api.ts'
import { READERS } from './policy.ts'
import { problems } from './problem.ts'
import { EXPORTS_PER_MINUTE, type ExportColumns, sendCsv } from './send-csv.ts'
import type { MineWatch } from './service-parts.ts'
import { unknownMine } from './unknown-subject.ts'

export function observabilityRoutes(app: Api): void {
  app.get(
    '/api/v1/mines/:id/observability',
    {
      config: { policy: READERS },
      schema: {
        summary: 'What would be seen of power taken to a mine, and from which power on',
        description:
          'Of a load that runs round the clock: what exceeds `surelySeenW` is seen within a week at whichever judged supply ' +
          'it is taken. Supplies that are not judged are counted: they are neither visible nor cleared. Unknown is null.',
        tags: ['ledgers'],
        params: z.strictObject({ id: Id }),
        response: { 200: Observability, ...problems(400, 404, 503) },
      },
    },
    async ({ params, visible }) => {
      const found = await visible.observability(params.id)
      if (!found) throw unknownMine(params.id)
      return found
    },
  )

  app.get(
    '/api/v1/mines/observability.csv',
    {
      config: { policy: READERS, rateLimit: { max: EXPORTS_PER_MINUTE } },
      schema: {
        summary: 'The observability ledger of all mines as CSV, a row each',
        description: `Columns: ${Object.keys(COLUMNS).join(', ')}. Powers in W; an empty cell is unknown or without limit.`,
        tags: ['ledgers'],
        response: {
          200: { description: 'The ledger, UTF-8 with BOM', content: { 'text/csv': { schema: z.string() } } },
          ...problems(),
        },
      },
    },
    async ({ visible }, reply) => sendCsv(reply, 'observability.csv', COLUMNS, visible.mineWatches()),
  )
}

const COLUMNS: ExportColumns<MineWatch> = {
  mine: ({ mine }) => mine.mine,
  name: ({ mine }) => mine.name,
  county: ({ mine }) => mine.county,
  kind: ({ mine }) => mine.kind,
  sealing: ({ mine }) => mine.sealing,
  class: ({ observability }) => observability.class,
  usage_points: ({ observability }) => observability.metered.supplies,
  usage_points_judged: ({ observability }) => observability.metered.judged,
  usage_points_learning: ({ observability }) => observability.metered.learning,
  usage_points_incomplete: ({ observability }) => observability.metered.incomplete,
  usage_points_silent: ({ observability }) => observability.metered.silent,
  metered_smallest_seen_w: ({ observability }) => observability.metered.smallestSeenW,
  metered_surely_seen_w: ({ observability }) => observability.metered.surelySeenW,
  metered_unseen_up_to_w: ({ observability }) => observability.metered.unseenUpToW,
  areas: ({ observability }) => observability.tapped.supplies,
  areas_judged: ({ observability }) => observability.tapped.judged,
  areas_learning: ({ observability }) => observability.tapped.learning,
  areas_incomplete: ({ observability }) => observability.tapped.incomplete,
  areas_silent: ({ observability }) => observability.tapped.silent,
  areas_no_total: ({ observability }) => observability.tapped.noTotal,
  tapped_smallest_seen_w: ({ observability }) => observability.tapped.smallestSeenW,
  tapped_surely_seen_w: ({ observability }) => observability.tapped.surelySeenW,
  tapped_unseen_up_to_w: ({ observability }) => observability.tapped.unseenUpToW,
  why_zh: ({ observability }) => observability.reasons.map(({ zh }) => zh).join(''),
  why_en: ({ observability }) => observability.reasons.map(({ en }) => en).join(' '),
}
