import { z } from 'zod'
import { WorkListSummary } from '../../model/work-list.ts'

const Count = z.number().int().nonnegative()

/** How the service stands, as /api/v1/summary tells. */
export const Summary = z.object({
  version: z.string().max(100),
  demo: z.boolean(),
  timeZone: z.string().max(64),
  alerts: z.object({ open: Count, cleared: Count }),
  /** Meters that should report, those that did in the last day of event time, and their share, null when none is known. */
  meters: z.object({ known: Count, reporting: Count, share: z.number().nullable() }),
  /** Start of the newest interval judged: the "now" of the readings. */
  lastReadingAt: z.string().max(64).nullable(),
  pending: Count,
  mines: Count,
  areas: Count,
  workList: WorkListSummary.nullish(),
  learning: z.object({ days: z.number(), of: z.number() }).nullish(),
})
export type Summary = z.infer<typeof Summary>
