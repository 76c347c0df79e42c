import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { Id } from '../../model/field.ts'
import type { Mine } from '../../model/mine.ts'
import { Observability } from '../../model/observability.ts'
import { harmlessCell } from '../harmless-cell.ts'
import type { Api } from './api.ts'
import { problems } from './problem.ts'
import type { ObservabilityReader } from './service-parts.ts'
import { unknownMine } from './unknown-subject.ts'

/** Every mine looks at every supply around it: a county's ledger is not asked for all the time. */
const EXPORTS_PER_MINUTE = 30

export function observabilityRoutes(app: Api, observability: ObservabilityReader): void {
  app.get(
    '/api/v1/mines/:id/observability',
    {
      schema: {
        summary: 'What would be seen of power taken to a mine, and from which power on',
        description:
          'Of a load that runs round the clock: what exceeds `surelySeenW` is seen within a week at whichever judged supply ' +
          'it is taken. Supplies that are not judged are counted: they are neither visible nor cleared. Unknown is null.',
        tags: ['ledgers'],
        params: z.strictObject({ id: Id }),
        response: { 200: Observability, ...problems(400, 404) },
      },
    },
    async ({ params }) => {
      const found = observability.of(params.id)
      if (!found) throw unknownMine(params.id)
      return found
    },
  )

  app.get(
    '/api/v1/mines/observability.csv',
    {
      config: { rateLimit: { max: EXPORTS_PER_MINUTE } },
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
    async (_request, reply) => sendCsv(reply, 'observability.csv', csvOf(observability)),
  )
}

/** As it is made: the rows of a county need not be in memory together. */
function sendCsv(reply: FastifyReply, name: string, text: AsyncIterable<string>): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(text))
}

async function* csvOf(observability: ObservabilityReader): AsyncGenerator<string> {
  yield `\ufeff${stringify([Object.keys(COLUMNS)])}`
  for await (const row of observability.all()) {
    yield stringify([Object.values(COLUMNS).map((cell) => cellOf(cell(row)))])
  }
}

function cellOf(value: string | number | null): string {
  return typeof value === 'string' ? harmlessCell(value) : value === null ? '' : String(value)
}

interface Row {
  readonly mine: Mine
  readonly observability: Observability
}

const COLUMNS: Readonly<Record<string, (row: Row) => string | number | null>> = {
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
