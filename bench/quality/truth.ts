import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Site = z.object({
  site: z.int(),
  kind: z.enum(['usage-point', 'area']),
  id: z.string(),
  route: z.string(),
  scenario: z.string(),
  knob: z.string(),
  onset: z.string(),
  stop: z.string(),
  kw: z.number(),
  area: z.string(),
})
export type Site = z.infer<typeof Site>

const Point = z.object({
  id: z.string(),
  class: z.enum(['home', 'business', 'industry']),
  kind: z.string(),
  lookAlike: z.boolean(),
  starts: z.string().nullable(),
  mineMeters: z.number(),
})
export type Point = z.infer<typeof Point>

const WorldTruth = z.object({
  seed: z.string(),
  start: z.string(),
  days: z.number(),
  seconds: z.number(),
  sites: z.array(Site),
  points: z.array(Point),
  /** Where no meter counts what the transformer supplies, or before every meter booked there reports, nothing betrays a tap. */
  areas: z.array(
    z.object({ id: z.string(), mineMeters: z.number(), totalMeter: z.boolean(), completeFrom: z.string().optional() }),
  ),
  defects: z.array(z.object({ usagePoint: z.string(), kind: z.string(), factor: z.number() })),
})
export type WorldTruth = z.infer<typeof WorldTruth>

export function readTruth(directory: string): WorldTruth {
  return WorldTruth.parse(JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')))
}

/** What an evaluation needs of an alert; any judge's list can be written so. */
const ScoredAlert = z.object({
  subject: z.object({ kind: z.enum(['usage-point', 'area']), id: z.string() }),
  route: z.string(),
  raisedAt: z.string(),
  clearedAt: z.string().nullable().default(null),
  probability: z.number(),
  rank: z.number().nullable(),
  /** Adit's own, which other judges do not have. */
  logOdds: z.number().optional(),
  history: z.array(z.object({ at: z.string(), probability: z.number() })).optional(),
  reasons: z.array(z.object({ detector: z.string(), nats: z.number() })).optional(),
})
export type ScoredAlert = z.infer<typeof ScoredAlert>

export function readAlerts(file: string): ScoredAlert[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ScoredAlert.parse(JSON.parse(line)))
}
