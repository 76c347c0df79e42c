import { z } from 'zod'
import { Alert } from './alert.ts'

const Share = z.number().min(0).max(1)

/** What share of a list inspections are expected to find illegal; the interval holds it nine times in ten. */
export const ExpectedPrecision = z.object({ mean: Share, low: Share, high: Share })
export type ExpectedPrecision = z.infer<typeof ExpectedPrecision>

/** The work list of one week, without its alerts. */
export const WorkListSummary = z.object({
  from: z.iso.datetime().describe('alerts raised after this instant'),
  to: z.iso.datetime().describe('and up to this one: the end of a local day'),
  weeklyBudget: z.int().positive(),
  ranked: z.int().nonnegative().describe('listed by rank'),
  random: z.int().nonnegative().describe('listed by lot, among alerts that no rank brings onto the list'),
  expectedPrecision: ExpectedPrecision.nullable().describe('of those listed by rank; null when there are none'),
  calibration: z.string().max(64).describe('version of the calibration that it rests on'),
})
export type WorkListSummary = z.infer<typeof WorkListSummary>

export const WorkList = WorkListSummary.extend({
  items: z.array(Alert).max(10_000).describe('in order of rank, then those listed by lot'),
})
export type WorkList = z.infer<typeof WorkList>
