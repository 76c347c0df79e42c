import { z } from 'zod'

export const AlertRoute = z.enum(['metered', 'tapped', 'revived', 'night-mill', 'smelting', 'tampered'])
export type AlertRoute = z.infer<typeof AlertRoute>

/** One sentence in both languages of the console. */
export const Sentence = z.object({ zh: z.string().max(2000), en: z.string().max(2000) })
export type Sentence = z.infer<typeof Sentence>

const Instant = z.iso.datetime().describe('UTC, whole seconds')

export const AlertReason = z.object({
  detector: z.string().max(64),
  score: z.number().describe('0 nothing, 1 as clear as it gets'),
  nats: z.number().nullable().default(null).describe('what it adds to the log-odds; negative when it speaks against'),
  sentence: Sentence,
})
export type AlertReason = z.infer<typeof AlertReason>

export const InnocentExplanation = z.object({
  kind: z.string().max(64),
  likelihood: z.number().min(0).max(1),
  sentence: Sentence,
})
export type InnocentExplanation = z.infer<typeof InnocentExplanation>

export const NearMine = z.object({
  mine: z.string().max(128),
  distanceMeters: z.number().nonnegative(),
  withinReach: z.boolean().describe('the suspect load could be fed over this distance at low voltage'),
})
export type NearMine = z.infer<typeof NearMine>

export const AlertRevision = z.object({
  revision: z.int().nonnegative(),
  at: Instant.describe('event time of the reading that brought the change; of late readings, of the newest one known by then'),
  change: z.enum(['raised', 'upheld', 'strengthened', 'lowered', 'withdrawn', 'cleared', 'reopened']),
  probability: z.number().min(0).max(1),
  cause: Sentence,
})
export type AlertRevision = z.infer<typeof AlertRevision>

/** What a signature may ask of a run of load. kW and hours; minutes; shares, power factor and flatness (spread by level) 0–1. */
export const SIGNATURE_FEATURES = [
  'kilowatts',
  'hours',
  'duty',
  'flatness',
  'powerFactor',
  'nightShare',
  'starts',
  'runMinutes',
  'gapMinutes',
  'stairs',
  'stepKilowatts',
] as const
export const SignatureFeature = z.enum(SIGNATURE_FEATURES)
export type SignatureFeature = z.infer<typeof SignatureFeature>

const Bounds = z.tuple([z.number(), z.number()])

export const AlertSignature = z.object({
  template: z.string().max(64),
  version: z.int().positive().describe('of the template'),
  set: z.int().positive().describe('version of the set of templates that it was compared with'),
  name: Sentence,
  nights: z.int().nonnegative().describe('days, noon to noon, whose score is surely above one half'),
  possibleNights: z.int().positive().describe('days whose score may be above one half: what was not measured left open'),
  best: z.object({
    from: Instant,
    to: Instant,
    score: Bounds.describe('least and most that it can be, 0–1; what is missing widens it'),
    features: z.array(
      z.object({
        feature: SignatureFeature,
        verdict: z.enum(['agrees', 'disagrees', 'unknown']),
        measured: Bounds.nullable().describe('least and most that it can have been; null: not measured'),
        wanted: Bounds,
      }),
    ),
  }),
  spans: z
    .array(z.object({ from: Instant, to: Instant }))
    .max(14)
    .describe('parts of the last nights that matched, oldest first'),
})
export type AlertSignature = z.infer<typeof AlertSignature>

/**
 * The alert record of the contract. Depends on the readings and the ledger only, never on the order or time of arrival. What
 * a later version added has a default: alerts that an earlier one stored are read on.
 */
export const Alert = z.object({
  id: z.string().max(64),
  subject: z.object({ kind: z.enum(['usage-point', 'area']), id: z.string().max(128) }),
  route: AlertRoute,
  onset: Instant,
  raisedAt: Instant,
  clearedAt: Instant.nullable(),
  probability: z.number().min(0).max(1).describe('calibrated chance that an inspection finds illegal processing'),
  logOdds: z.number().nullable().default(null).describe('what the evidence adds up to, in nats, before it is calibrated'),
  calibration: z
    .string()
    .max(64)
    .nullable()
    .default(null)
    .describe('version of the calibration that the chances rest on; null: of none'),
  rank: z
    .int()
    .positive()
    .nullable()
    .describe(
      "position on the work list at the end of raisedAt's day, or of the day it was last opened again, by chance; null when not listed, or listed by lot",
    ),
  listedBy: z
    .enum(['rank', 'random'])
    .nullable()
    .default(null)
    .describe('how it came onto the work list: by its rank, or by lot among the rest; null when not listed'),
  powerW: z.number().nonnegative(),
  energyWh: z.number().nonnegative(),
  mines: z.array(NearMine).max(50),
  reasons: z.array(AlertReason).max(50),
  signatures: z.array(AlertSignature).max(12).default([]).describe('known load shapes that it matches, best first'),
  innocent: InnocentExplanation.nullable(),
  revision: z.int().nonnegative(),
  history: z.array(AlertRevision).max(1000),
})
export type Alert = z.infer<typeof Alert>
