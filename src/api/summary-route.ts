import { z } from 'zod'
import { WorkListSummary } from '../../model/work-list.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { READERS } from './policy.ts'
import { problems } from './problem.ts'

const Summary = z.object({
  version: z.string(),
  demo: z.boolean(),
  timeZone: z.string(),
  alerts: z.object({ open: z.int(), cleared: z.int() }),
  meters: z.object({
    known: z.int(),
    reporting: z.int().describe('with a reading in the last day of event time'),
    share: z.number().nullable().describe('reporting / known, null when none is known'),
  }),
  lastReadingAt: Instant.nullable(),
  pending: z.int().describe('packets on disk that were not judged yet'),
  mines: z.int(),
  areas: z.int(),
  workList: WorkListSummary.nullable().describe('of the week that ends with the day of the newest reading'),
})

export function summaryRoute(app: Api): void {
  app.get(
    '/api/v1/summary',
    {
      config: { policy: { ...READERS, polled: true } },
      schema: { summary: 'The counts in the header', tags: ['service'], response: { 200: Summary, ...problems() } },
    },
    async ({ visible }) => {
      const { lastReadingAt, pending, ...about } = visible.about()
      const meters = visible.meters()
      const { open, cleared } = await visible.alerts.counts()
      return {
        ...about,
        alerts: { open, cleared },
        meters: { ...meters, share: meters.known > 0 ? meters.reporting / meters.known : null },
        lastReadingAt: lastReadingAt === null ? null : instantOf(lastReadingAt * 1000),
        pending,
        mines: visible.places.mines().length,
        areas: visible.places.areas(),
        workList: await visible.workList(null),
      }
    },
  )
}
